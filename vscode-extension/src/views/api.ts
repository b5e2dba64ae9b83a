import * as vscode from "vscode";
import { type Entry, plain, type View } from "./view";

/** What is used of `llmspell api export --format json`. */
interface Answer {
  readonly namespaces: readonly Global[];
  readonly variables: readonly { readonly name: string; readonly description: string }[];
}

interface Described {
  readonly name: string;
  readonly summary: string;
  readonly details?: string;
}

interface Global extends Described {
  readonly members: readonly Function[];
  readonly classes?: readonly Class[];
}

/** The shape of a table, or an object with methods. */
interface Class extends Described {
  readonly methods?: readonly Method[];
}

interface Callable extends Described {
  readonly parameters?: readonly {
    readonly name: string;
    readonly type: { readonly optional?: boolean };
  }[];
  readonly options?: readonly unknown[];
}

interface Function extends Callable {
  readonly snippet: string;
}

interface Method extends Callable {
  readonly is_property?: boolean;
}

const SHOW = "llmspell.api.show";

/** The globals that spells have, their functions, and the methods of the objects that those give. */
export const API: View<Answer> = {
  id: "llmspell.api",
  ask: () => ["api", "export", "--format", "json"],
  entries: ({ namespaces, variables }) => [
    ...namespaces.map(global),
    ...variables.map(({ name, description }) => ({
      ...named(name, description),
      label: name,
      tooltip: description,
      icon: "symbol-variable",
      kind: "variable",
    })),
  ],
  actions: [
    {
      command: SHOW,
      kinds: ["global", "function", "variable", "object", "method", "property"],
      show: ({ data }) => ["api", "show", data["name"] ?? ""],
      name: ({ data }) => `${data["name"]}.md`,
    },
    {
      command: "llmspell.api.insert",
      kinds: ["function"],
      insert: ({ data }) => data["snippet"] ?? "",
    },
  ],
};

function global({ name, summary, details, members, classes = [] }: Global): Entry {
  return {
    ...named(name, summary),
    label: name,
    description: plain(summary),
    tooltip: tooltip(summary, details),
    icon: "symbol-namespace",
    kind: "global",
    entries: [...members.map((member) => functionOf(name, member)), ...classes.flatMap(objects)],
  };
}

/** None for what has no methods: a table that a function takes or gives, which that describes. */
function objects({ name, summary, details, methods = [] }: Class): Entry[] {
  const entry = {
    ...named(name, summary),
    label: name,
    description: plain(summary),
    tooltip: tooltip(summary, details),
    icon: "symbol-class",
    kind: "object",
    entries: methods.map((method) => methodOf(name, method)),
  };
  return methods.length > 0 ? [entry] : [];
}

function methodOf(owner: string, method: Method): Entry {
  const isProperty = method.is_property === true;
  return {
    ...named(`${owner}${isProperty ? "." : ":"}${method.name}`, method.summary),
    label: method.name,
    ...(isProperty ? {} : { description: `(${parametersOf(method)})` }),
    tooltip: tooltip(method.summary, method.details),
    icon: isProperty ? "symbol-property" : "symbol-method",
    kind: isProperty ? "property" : "method",
    opens: SHOW,
    data: { name: owner }, // the reference tells of an object as a whole
  };
}

function parametersOf({ parameters = [], options }: Callable): string {
  const names = parameters.map(({ name, type }) => name + (type.optional ? "?" : ""));
  return [...names, ...(options === undefined ? [] : ["options?"])].join(", ");
}

function tooltip(summary: string, details = ""): string {
  return `${summary}\n\n${details}`.trim();
}

function functionOf(owner: string, member: Function): Entry {
  const { data, ...rest } = named(`${owner}.${member.name}`, member.summary);
  return {
    ...rest,
    label: member.name,
    description: `(${parametersOf(member)})`,
    tooltip: tooltip(member.summary, member.details),
    icon: "symbol-function",
    kind: "function",
    opens: SHOW,
    data: { ...data, snippet: member.snippet },
  };
}

function named(name: string, summary: string): Pick<Entry, "id" | "spoken" | "data"> {
  return { id: name, spoken: vscode.l10n.t("{0}: {1}", name, plain(summary)), data: { name } };
}
