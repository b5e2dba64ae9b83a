import * as vscode from "vscode";
import type { Entry, View } from "./view";

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
}

interface Function extends Described {
  readonly parameters?: readonly {
    readonly name: string;
    readonly type: { readonly optional?: boolean };
  }[];
  readonly options?: readonly unknown[];
  readonly snippet: string;
}

const SHOW = "llmspell.api.show";

/** The globals that spells have, and their functions. */
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
      kinds: ["global", "function", "variable"],
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

function global({ name, summary, details, members }: Global): Entry {
  return {
    ...named(name, summary),
    label: name,
    description: summary,
    tooltip: details === undefined ? summary : `${summary}\n\n${details}`,
    icon: "symbol-namespace",
    kind: "global",
    entries: members.map((member) => functionOf(name, member)),
  };
}

function functionOf(owner: string, member: Function): Entry {
  const names = (member.parameters ?? []).map(({ name, type }) => name + (type.optional ? "?" : ""));
  const list = [...names, ...(member.options === undefined ? [] : ["options?"])].join(", ");
  const { data, ...rest } = named(`${owner}.${member.name}`, member.summary);
  return {
    ...rest,
    label: member.name,
    description: `(${list})`,
    tooltip: [member.summary, member.details ?? ""].join("\n\n").trim(),
    icon: "symbol-function",
    kind: "function",
    opens: SHOW,
    data: { ...data, snippet: member.snippet },
  };
}

function named(name: string, summary: string): Pick<Entry, "id" | "spoken" | "data"> {
  return { id: name, spoken: vscode.l10n.t("{0}: {1}", name, summary), data: { name } };
}
