import * as vscode from "vscode";
import type { CommandLine } from "../commandLine";

/** What `llmspell config paths` says of a place where configuration may be. */
interface ConfigurationPlace {
  readonly path: string;
  readonly origin: string;
  readonly exists: boolean;
}

/** Asks for a spell of the workspace: its path, undefined if the user gives up. */
export async function pickSpell(): Promise<string | undefined> {
  const active = vscode.window.activeTextEditor?.document.uri.fsPath;
  const found = (await vscode.workspace.findFiles("**/*.lua")).map(({ fsPath }) => fsPath).sort();
  const ordered = found.sort((a, b) => Number(b === active) - Number(a === active));
  return pick(vscode.l10n.t("Spell"), ordered.map((file) => ({ file, description: "" })));
}

/** Asks for a configuration file: one that llmspell looks for, one of the workspace, or any. */
export async function pickConfiguration(commandLine: CommandLine): Promise<string | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const listed = await commandLine.output(["config", "paths", "--output", "json"], folder);
  const places = (listed === undefined ? [] : JSON.parse(listed)) as ConfigurationPlace[];
  const known = places
    .filter(({ exists }) => exists)
    .map(({ path, origin }) => ({ file: path, description: origin }));
  const others = (await vscode.workspace.findFiles("**/*llmspell*.toml"))
    .map(({ fsPath }) => ({ file: fsPath, description: "" }))
    .filter(({ file }) => !known.some((each) => each.file === file));
  return pick(vscode.l10n.t("Configuration file"), [...known, ...others]);
}

async function pick(
  title: string,
  files: readonly { file: string; description: string }[],
): Promise<string | undefined> {
  const items = files.map(({ file, description }) => ({
    label: vscode.workspace.asRelativePath(file),
    description,
    file,
  }));
  const browse = { label: vscode.l10n.t("$(folder-opened) Browse…"), file: undefined };
  const chosen = await vscode.window.showQuickPick([...items, browse], { title });
  if (chosen !== browse) {
    return chosen?.file;
  }
  return (await vscode.window.showOpenDialog({ title }))?.[0]?.fsPath;
}
