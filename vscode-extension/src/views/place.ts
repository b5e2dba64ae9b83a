import * as path from "node:path";
import * as vscode from "vscode";

/** Where `llmspell` is run for a view. */
export interface Place {
  /** The workspace folder; undefined where none is open. */
  readonly folder: string | undefined;
  /** The spell that was last in an editor; undefined where there was none that is a file. */
  readonly script: string | undefined;
}

/** Remembers the spell that was last in an editor, while other documents are looked at. */
export class Places implements vscode.Disposable {
  private spell: vscode.Uri | undefined;
  private readonly changed = new vscode.EventEmitter<undefined>();
  private readonly listener: vscode.Disposable;

  /** There is a spell of another folder in the editor. */
  readonly onDidMove = this.changed.event;

  constructor() {
    this.look(vscode.window.activeTextEditor);
    this.listener = vscode.window.onDidChangeActiveTextEditor((editor) => this.look(editor));
  }

  /** The place of that spell, or the first folder of the workspace. */
  get current(): Place {
    const [first] = vscode.workspace.workspaceFolders ?? [];
    const own = this.spell && vscode.workspace.getWorkspaceFolder(this.spell);
    return { folder: (own ?? first)?.uri.fsPath, script: this.spell?.fsPath };
  }

  dispose(): void {
    this.listener.dispose();
    this.changed.dispose();
  }

  private look(editor: vscode.TextEditor | undefined): void {
    const { languageId, uri } = editor?.document ?? {};
    if (languageId !== "lua" || uri?.scheme !== "file") {
      return;
    }
    const moved = path.dirname(this.spell?.fsPath ?? "") !== path.dirname(uri.fsPath);
    this.spell = uri;
    if (moved) {
      this.changed.fire(undefined);
    }
  }
}
