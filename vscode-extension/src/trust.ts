import * as vscode from "vscode";

/** Whether programs may be run here; where not, says so and offers to change that. */
export async function isTrusted(): Promise<boolean> {
  if (vscode.workspace.isTrusted) {
    return true;
  }
  const manage = vscode.l10n.t("Manage trust");
  const text = vscode.l10n.t("Nothing is run before this workspace is trusted.");
  if ((await vscode.window.showWarningMessage(text, manage)) === manage) {
    await vscode.commands.executeCommand("workbench.trust.manage");
  }
  return false;
}
