import * as assert from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { CommandLine } from "../src/commandLine";
import type { Installation } from "../src/installation";
import type { Runtime } from "../src/runtime";
import { Places } from "../src/views/place";
import { Tree } from "../src/views/tree";
import type { Entry, View } from "../src/views/view";

export const log = vscode.window.createOutputChannel("views", { log: true });

/** A view over the llmspell in PATH, or over another program. */
export function treeOf<A>(view: View<A>, runtime = onPath()): Tree {
  return new Tree(view as View, commandLine(runtime), new Places());
}

/** The command line of the llmspell in PATH, or of another one. */
export function commandLine(runtime = onPath()): CommandLine {
  const installation = { runtime: () => Promise.resolve(runtime) } as unknown as Installation;
  return new CommandLine(installation, log);
}

/** The llmspell in PATH. */
export function onPath(): Runtime | undefined {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  const found = folders.find((each) => fs.existsSync(path.join(each, "llmspell")));
  return found === undefined ? undefined : { folder: found, version: "" };
}

/** What is shown at the two upper levels, by id. */
export async function entries(tree: Tree): Promise<Map<string, Entry>> {
  const found = await tree.getChildren();
  assert.strictEqual(tree.problem, "");
  const all = found.flatMap((entry) => [entry, ...(entry.entries ?? [])]);
  return new Map(all.map((entry) => [entry.id, entry]));
}
