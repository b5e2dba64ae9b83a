import * as vscode from "vscode";
import type { Installation } from "../installation";
import { programOf } from "../runtime";
import { isTrusted } from "../trust";

/** What a terminal sends around a text that is pasted: it is read as one input then. */
const PASTE = ["\x1b[200~", "\x1b[201~"] as const;

/** The terminal with `llmspell repl`, one for each window. */
export class Repl {
  private terminal: vscode.Terminal | undefined;

  constructor(private readonly installation: Installation) {}

  /** Runs what is selected in the editor, or the line of its cursor. */
  async runSelection(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) {
      return;
    }
    const { document, selection } = editor;
    const line = document.lineAt(selection.active.line).range;
    const text = document.getText(selection.isEmpty ? line : selection).trim();
    const terminal = (await isTrusted()) ? await this.opened(document.uri) : undefined;
    if (text !== "" && terminal !== undefined) {
      terminal.show(true);
      terminal.sendText(PASTE.join(text));
    }
  }

  private async opened(beside: vscode.Uri): Promise<vscode.Terminal | undefined> {
    const runtime = await this.installation.runtime();
    if (runtime === undefined) {
      return undefined;
    }
    if (this.terminal === undefined || this.terminal.exitStatus !== undefined) {
      this.terminal = vscode.window.createTerminal({
        name: "llmspell repl",
        shellPath: programOf(runtime, "llmspell"),
        shellArgs: ["repl"],
        cwd: vscode.workspace.getWorkspaceFolder(beside)?.uri,
      });
    }
    return this.terminal;
  }
}
