import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";
import type { Place } from "./place";
import type { Entry, View } from "./view";

/** The answer of `llmspell state show --by-scope --output json`. */
interface Answer {
  readonly store: string | null;
  readonly scopes: readonly {
    readonly scope: string;
    readonly entries: readonly { readonly key: string; readonly value: unknown }[];
  }[];
}

const OPEN = "llmspell.state.open";

/** The longest value that stands beside its key. */
const SHORT = 80;

/** What spells have stored with `State`, by scope. */
export const STATE: View<Answer> = {
  id: "llmspell.state",
  ask: (place) => state("show", place, ["--by-scope", "--output", "json"]),
  entries: ({ scopes }) => scopes.map(scopeEntry),
  summary: ({ store }) =>
    store === null ? vscode.l10n.t("in memory, not kept") : fromHome(store),
  followsSpells: true,
  actions: [
    {
      command: OPEN,
      kinds: ["key"],
      show: (entry, place) => state("show", place, ["--output", "json", ...address(entry)]),
      name: ({ data }) => `${data["scope"]}/${data["key"]}.json`,
    },
    {
      command: "llmspell.state.export",
      kinds: [],
      file: "state.json",
      run: (entry, place, file) =>
        state("export", place, [...scopeOf(entry), "--", file]),
    },
    {
      command: "llmspell.state.delete",
      kinds: ["scope", "key"],
      run: (entry, place) => state("clear", place, address(entry)),
      confirm: (entry) => ({
        question:
          entry?.kind === "key"
            ? vscode.l10n.t("Delete “{0}” of the scope “{1}”?", entry.label, entry.data["scope"] ?? "")
            : vscode.l10n.t("Delete all keys of the scope “{0}”?", entry?.label ?? ""),
        button: vscode.l10n.t("Delete"),
      }),
    },
    {
      command: "llmspell.state.clear",
      kinds: [],
      run: (_, place) => state("clear", place, []),
      confirm: () => ({
        question: vscode.l10n.t("Delete all keys of all scopes?"),
        button: vscode.l10n.t("Delete all"),
      }),
    },
  ],
};

/** A path as shells write it: `~/spells`. */
function fromHome(file: string): string {
  const home = os.homedir() + path.sep;
  return file.startsWith(home) ? path.join("~", file.slice(home.length)) : file;
}

/** The store is that of the project or, without one, of the folder of the spell. */
function state(command: string, { script }: Place, rest: readonly string[]): readonly string[] {
  return ["state", ...(script === undefined ? [] : ["--script", script]), command, ...rest];
}

function address(entry: Entry | undefined): readonly string[] {
  const key = entry?.data["key"];
  return [...scopeOf(entry), ...(key === undefined ? [] : ["--", key])];
}

function scopeOf(entry: Entry | undefined): readonly string[] {
  const scope = entry?.data["scope"];
  return scope === undefined ? [] : [`--scope=${scope}`];
}

function scopeEntry({ scope, entries }: Answer["scopes"][number]): Entry {
  return {
    id: JSON.stringify([scope]),
    label: scope,
    description: String(entries.length),
    icon: "symbol-namespace",
    kind: "scope",
    spoken: vscode.l10n.t("scope {0}, keys: {1}", scope, entries.length),
    data: { scope },
    entries: entries.map(({ key, value }) => {
      const text = JSON.stringify(value);
      const shown = text.length > SHORT ? `${text.slice(0, SHORT)}…` : text;
      return {
        id: JSON.stringify([scope, key]),
        label: key,
        description: shown,
        icon: "symbol-key",
        kind: "key",
        spoken: vscode.l10n.t("key {0}: {1}", key, shown),
        opens: OPEN,
        data: { scope, key },
      };
    }),
  };
}
