import * as vscode from "vscode";

/** The files of models, as `llmspell` finds them in the folders that it names. */
const FILES = "{*.gguf,*/*.gguf}";

/** Notices when files of models come into folders or leave them, whoever does it. */
export class Folders implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  private watchers: vscode.Disposable[] = [];
  private paths: readonly string[] = [];

  readonly onDidChange = this.changed.event;

  /** Watches these folders, and no others any more. */
  watch(paths: readonly string[]): void {
    if (paths.join("\n") === this.paths.join("\n")) {
      return;
    }
    this.stop();
    this.paths = paths;
    this.watchers = paths.map((each) => {
      const pattern = new vscode.RelativePattern(vscode.Uri.file(each), FILES);
      const watcher = vscode.workspace.createFileSystemWatcher(pattern, false, true);
      watcher.onDidCreate(() => this.changed.fire(undefined));
      watcher.onDidDelete(() => this.changed.fire(undefined));
      return watcher;
    });
  }

  dispose(): void {
    this.stop();
    this.changed.dispose();
  }

  private stop(): void {
    this.watchers.forEach((each) => each.dispose());
  }
}
