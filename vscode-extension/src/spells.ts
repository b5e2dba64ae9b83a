import * as vscode from "vscode";
import { thisSpell } from "./debugging";
import { isTrusted } from "./trust";

/** Runs a spell in a terminal, where it can read input. */
export async function runSpell(target: unknown, args: string[] = []): Promise<void> {
  await start(target, { args, console: "integratedTerminal" }, true);
}

/** Debugs a spell; its output goes to the debug console. */
export async function debugSpell(target: unknown): Promise<void> {
  await start(target, {}, false);
}

async function start(target: unknown, more: object, noDebug: boolean): Promise<void> {
  if (!(await isTrusted())) {
    return;
  }
  const uri = uriOf(target);
  if (uri?.scheme !== "file") {
    const text = vscode.l10n.t("Open a spell that is saved as a file, then run it.");
    void vscode.window.showInformationMessage(text);
    return;
  }
  await (await vscode.workspace.openTextDocument(uri)).save();
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  await vscode.debug.startDebugging(folder, { ...thisSpell(uri.fsPath), ...more }, { noDebug });
}

/** What a lens (text), a button (Uri) or the palette (nothing: the editor) means. */
function uriOf(target: unknown): vscode.Uri | undefined {
  if (target instanceof vscode.Uri) {
    return target;
  }
  return typeof target === "string"
    ? vscode.Uri.parse(target)
    : vscode.window.activeTextEditor?.document.uri;
}
