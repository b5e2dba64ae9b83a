import * as path from "node:path";
import * as vscode from "vscode";
import { isTrusted } from "../trust";
import type { CommandLine } from "../commandLine";
import type { Documents } from "./documents";
import type { Place, Places } from "./place";
import type { Tree } from "./tree";
import type { Action, Entry, Insert, Run, Show } from "./view";

/** Carries out the actions of views. */
export class Actions {
  constructor(
    private readonly commandLine: CommandLine,
    private readonly documents: Documents,
    private readonly places: Places,
  ) {}

  /** An action for an entry; one for entries that is given none lets it be picked. */
  async perform(tree: Tree, action: Action, given: Entry | undefined): Promise<void> {
    if (!(await isTrusted())) {
      return;
    }
    const entry = given ?? (await picked(tree, action.kinds));
    if (entry === undefined && action.kinds.length > 0) {
      return;
    }
    // What is picked or given comes from where the tree does; the rest is about the present.
    const place = entry === undefined ? this.places.current : tree.place;
    try {
      if ("run" in action) {
        await this.run(action, entry, place);
        tree.refresh();
      } else if (entry !== undefined) {
        await ("show" in action ? this.show(action, entry, place) : insert(action, entry));
      }
    } catch (error) {
      void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    }
  }

  private async run(action: Run, entry: Entry | undefined, place: Place): Promise<void> {
    const file = action.file === undefined ? "" : await fileToWrite(action.file, place);
    if (file === undefined || !(await isConfirmed(action, entry))) {
      return;
    }
    await this.commandLine.output(action.run(entry, place, file), place.folder);
    if (file !== "") {
      await vscode.window.showTextDocument(vscode.Uri.file(file));
    }
  }

  private async show(action: Show, entry: Entry, place: Place): Promise<void> {
    const text = await this.commandLine.output(action.show(entry, place), place.folder);
    if (text !== undefined) {
      await this.documents.show(action.name(entry), text);
    }
  }
}

async function picked(tree: Tree, kinds: readonly string[]): Promise<Entry | undefined> {
  if (kinds.length === 0) {
    return undefined;
  }
  const found = flat(await tree.getChildren()).filter(({ kind }) => kinds.includes(kind));
  const items = found.map((entry) => ({
    label: `$(${entry.icon}) ${entry.label}`,
    ...(entry.description === undefined ? {} : { description: entry.description }),
    entry,
  }));
  return (await vscode.window.showQuickPick(items, { matchOnDescription: true }))?.entry;
}

function flat(entries: readonly Entry[]): readonly Entry[] {
  return entries.flatMap((entry) => [entry, ...flat(entry.entries ?? [])]);
}

async function isConfirmed(action: Run, entry: Entry | undefined): Promise<boolean> {
  if (action.confirm === undefined) {
    return true;
  }
  const { question, button } = action.confirm(entry);
  const answer = await vscode.window.showWarningMessage(question, { modal: true }, button);
  return answer === button;
}

async function fileToWrite(name: string, place: Place): Promise<string | undefined> {
  const folder = place.folder ?? (place.script && path.dirname(place.script));
  const proposed = folder === undefined ? {} : { defaultUri: vscode.Uri.file(path.join(folder, name)) };
  return (await vscode.window.showSaveDialog(proposed))?.fsPath;
}

/** Into the editor that was used last; a new one where there is none. */
async function insert(action: Insert, entry: Entry): Promise<void> {
  const editor =
    vscode.window.activeTextEditor ??
    (await vscode.window.showTextDocument(
      await vscode.workspace.openTextDocument({ language: "lua" }),
    ));
  await editor.insertSnippet(new vscode.SnippetString(action.insert(entry)));
  await vscode.window.showTextDocument(editor.document, editor.viewColumn);
}
