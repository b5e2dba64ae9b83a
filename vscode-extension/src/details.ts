import * as vscode from "vscode";
import type { Installation } from "./installation";
import type { LanguageServer } from "./languageServer";
import { megabytesOf } from "./memory";

/** Shows how the language server does, and offers what can be done about it. */
export async function showDetails(
  installation: Installation,
  server: LanguageServer,
): Promise<void> {
  const actions: (vscode.QuickPickItem & { readonly command: string })[] = [
    { label: `$(refresh) ${vscode.l10n.t("Restart language server")}`, command: "llmspell.restart" },
    { label: `$(output) ${vscode.l10n.t("Show log")}`, command: "llmspell.showLog" },
    { label: `$(pulse) ${vscode.l10n.t("Doctor")}`, command: "llmspell.doctor" },
  ];
  const title = await stateOf(installation, server);
  const chosen = await vscode.window.showQuickPick(actions, { title });
  if (chosen !== undefined) {
    await vscode.commands.executeCommand(chosen.command);
  }
}

async function stateOf(installation: Installation, server: LanguageServer): Promise<string> {
  const runtime = await installation.runtime();
  if (runtime === undefined) {
    return vscode.l10n.t("llmspell is not installed");
  }
  const id = server.processId;
  if (id === undefined) {
    return vscode.l10n.t("llmspell {0}, language server stopped", runtime.version);
  }
  const memory = await megabytesOf(id);
  return memory === undefined
    ? vscode.l10n.t("llmspell {0}, language server running", runtime.version)
    : vscode.l10n.t("llmspell {0}, language server running, {1} MB", runtime.version, memory);
}
