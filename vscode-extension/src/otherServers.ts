import * as vscode from "vscode";

/** Extensions that answer for Lua, too. */
const OTHERS: Readonly<Record<string, string>> = {
  "sumneko.lua": "Lua (LuaLS)",
  "tangzx.emmylua": "EmmyLua",
};

const TOLD = "toldOfOtherServer";

/** The name of another extension that answers for Lua, where there is one. */
export function otherServer(): string | undefined {
  const id = Object.keys(OTHERS).find((each) => vscode.extensions.getExtension(each));
  return id && OTHERS[id];
}

/** The settings of a folder, with what `llmspell.mode` means where it is left to us. */
export function withMode(settings: Record<string, unknown>): Record<string, unknown> {
  const isOurs = (settings["mode"] ?? "auto") === "auto";
  return isOurs && otherServer() !== undefined ? { ...settings, mode: "spells" } : settings;
}

/** Says once in a workspace that two extensions share the work, and offers to change that. */
export async function tellOfOther(context: vscode.ExtensionContext): Promise<void> {
  const other = otherServer();
  const settings = vscode.workspace.getConfiguration("llmspell");
  const isChosen = settings.get("mode", "auto") !== "auto";
  if (other === undefined || isChosen || context.workspaceState.get(TOLD, false)) {
    return;
  }
  await context.workspaceState.update(TOLD, true);
  const all = vscode.l10n.t("Answer for all Lua");
  const text = vscode.l10n.t(
    "{0} answers for Lua here, so llmspell only adds what that does not know of spells.",
    other,
  );
  const keep = vscode.l10n.t("Keep it so");
  if ((await vscode.window.showInformationMessage(text, all, keep)) === all) {
    await settings.update("mode", "full");
  }
}
