import * as vscode from "vscode";
import { type Entry, plain, type View } from "./view";

/** The answer of `llmspell tool list --details --format json`. */
type Answer = readonly Tool[];

interface Tool {
  readonly name: string;
  readonly description: string;
  readonly category: string;
  readonly security_level: string;
  readonly permissions: readonly string[];
  /** Modules that have to be installed, and the command that does. */
  readonly missing: readonly string[];
  readonly install: string;
  /** The key of the configuration that switches it off; "" where none does. */
  readonly switched_off: string;
}

/** What the language server says of a name that a script gives. */
interface Registered {
  readonly name: string;
  readonly uri: string;
  readonly line: number;
  readonly character: number;
}

const SHOW = "llmspell.tools.show";
const VISIT = "llmspell.tools.visit";
const NAMED = "llmspell.server.named";

/** The tools that spells have, by category, also those that cannot be called and why. */
export const TOOLS: View<Answer> = {
  id: "llmspell.tools",
  ask: () => ["tool", "list", "--details", "--format", "json"],
  entries: (tools) =>
    [...new Set(tools.map(({ category }) => category))].sort().map((name) => {
      const own = tools.filter(({ category }) => category === name);
      return {
        id: `category:${name}`,
        label: name,
        description: String(own.length),
        icon: "symbol-folder",
        kind: "category",
        spoken: vscode.l10n.t("category {0}, tools: {1}", name, own.length),
        entries: own.map(toolEntry),
        data: {},
      };
    }),
  followsConfiguration: true,
  written: registered,
  actions: [
    {
      command: SHOW,
      kinds: ["tool", "unavailable"],
      show: ({ data }) => ["tool", "info", name(data), "--show-schema", "--output", "pretty"],
      name: ({ data }) => `${name(data)}.json`,
    },
    {
      command: "llmspell.tools.invoke",
      kinds: ["tool"],
      form: ({ data }) => ["tool", "info", name(data), "--show-schema"],
      call: ({ data }) => [
        ...["tool", "invoke", name(data), "--answer", "--output", "pretty", "--params", "-"],
      ],
      name: ({ data }) => `${name(data)}/answer.json`,
    },
    {
      command: VISIT,
      kinds: ["registered"],
      visit: ({ data }) => ({
        uri: data["uri"] ?? "",
        line: Number(data["line"]),
        character: Number(data["character"]),
      }),
    },
  ],
};

function name(data: Entry["data"]): string {
  return data["name"] ?? "";
}

function toolEntry(tool: Tool): Entry {
  const { name, description, security_level: level, permissions } = tool;
  const problem = problemOf(tool);
  const asks = permissions.join(", ");
  const isCallable = problem === "";
  return {
    id: name,
    label: name,
    description: isCallable ? [level, asks, plain(description)].filter(Boolean).join(" · ") : problem,
    tooltip: [
      `${description}\n`,
      vscode.l10n.t("- Security level: {0}", level),
      vscode.l10n.t("- Permissions: {0}", asks || vscode.l10n.t("none")),
      ...(isCallable ? [] : [`- ${problem}`]),
    ].join("\n"),
    icon: isCallable ? "tools" : "circle-slash",
    kind: isCallable ? "tool" : "unavailable",
    spoken: vscode.l10n.t("{0}: {1}", name, isCallable ? plain(description) : problem),
    opens: SHOW,
    data: { name },
  };
}

/** Why it cannot be called; "" where it can. */
function problemOf({ missing, install, switched_off: key }: Tool): string {
  if (missing.length > 0) {
    return vscode.l10n.t("needs {0}: {1}", missing.join(", "), install);
  }
  return key === "" ? "" : vscode.l10n.t("switched off by {0}", key);
}

/** The tools that scripts of the workspace register, which only they can call; none without server. */
async function registered(): Promise<readonly Entry[]> {
  const commands = await vscode.commands.getCommands(true);
  if (!commands.includes(NAMED)) {
    return [];
  }
  const found = await vscode.commands.executeCommand<Registered[]>(NAMED, "tool-name");
  const label = vscode.l10n.t("registered by spells");
  const category = {
    id: "registered",
    label,
    description: String(found.length),
    icon: "symbol-folder",
    kind: "category",
    spoken: vscode.l10n.t("category {0}, tools: {1}", label, found.length),
    entries: found.map(({ name, uri, line, character }) => {
      const file = vscode.workspace.asRelativePath(vscode.Uri.parse(uri));
      return {
        id: `registered:${name}`,
        label: name,
        description: file,
        icon: "tools",
        kind: "registered",
        spoken: vscode.l10n.t("{0}: {1}", name, file),
        opens: VISIT,
        data: { name, uri, line: String(line), character: String(character) },
      };
    }),
    data: {},
  };
  return found.length > 0 ? [category] : [];
}
