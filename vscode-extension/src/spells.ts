import * as vscode from "vscode";
import { thisSpell } from "./debugging";
import { isTrusted } from "./trust";

/** Runs a spell in a terminal, where it can read input; arguments as in `launch.json`. */
export async function runSpell(target: unknown, args: string | string[] = []): Promise<void> {
  await start(target, { args, console: "integratedTerminal" }, true);
}

/** Debugs a spell; its output goes to the debug console. */
export async function debugSpell(target: unknown): Promise<void> {
  await start(target, {}, false);
}

async function start(target: unknown, more: object, noDebug: boolean): Promise<void> {
  const uri = await spellOf(target);
  if (uri !== undefined) {
    await (await vscode.workspace.openTextDocument(uri)).save();
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    await vscode.debug.startDebugging(folder, { ...thisSpell(uri.fsPath), ...more }, { noDebug });
  }
}

/**
 * The file that is meant; undefined, after the user was told why, where there is none or nothing
 * may be run.
 * @param target of a lens (text), of a button (Uri) or of the palette (nothing: the editor).
 */
export async function spellOf(target: unknown): Promise<vscode.Uri | undefined> {
  if (!(await isTrusted())) {
    return undefined;
  }
  const uri = uriOf(target);
  if (uri?.scheme === "file") {
    return uri;
  }
  const text = vscode.l10n.t("Open a spell that is saved as a file, then run it.");
  void vscode.window.showInformationMessage(text);
  return undefined;
}

function uriOf(target: unknown): vscode.Uri | undefined {
  if (target instanceof vscode.Uri) {
    return target;
  }
  return typeof target === "string"
    ? vscode.Uri.parse(target)
    : vscode.window.activeTextEditor?.document.uri;
}
