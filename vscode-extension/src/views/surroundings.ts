import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import type { Installation } from "../installation";
import type { Runtime } from "../runtime";

/** Milliseconds that it has to be quiet: an installation writes many folders. */
const QUIET = 500;

/** What has changed: texts of spells only, or configuration and packages, perhaps spells too. */
export type Changed = "spells" | "configuration";

/** Notices when spells or configuration of the workspace change, or what is installed. */
export class Surroundings implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Changed>();
  private readonly listeners: vscode.Disposable[];
  private packages: vscode.Disposable | undefined;
  private waiting: NodeJS.Timeout | undefined;
  private isOnlySpells = true;

  readonly onDidChange = this.changed.event;

  constructor(installation: Installation) {
    this.listeners = [
      this.watching("**/{llmspell,.llmspell}.toml", false),
      vscode.workspace.onDidSaveTextDocument(({ languageId }) => {
        if (languageId === "lua") {
          this.later("spells");
        }
      }),
      installation.onDidSearch((runtime) => {
        this.packages?.dispose();
        this.packages = vscode.Disposable.from(
          ...(runtime === undefined ? [] : sitePackages(runtime)).map((folder) =>
            this.watching(new vscode.RelativePattern(vscode.Uri.file(folder), "*.dist-info"), true),
          ),
        );
      }),
    ];
  }

  dispose(): void {
    clearTimeout(this.waiting);
    this.packages?.dispose();
    this.changed.dispose();
    this.listeners.forEach((each) => each.dispose());
  }

  private watching(pattern: vscode.GlobPattern, ignoreChanges: boolean): vscode.Disposable {
    const watcher = vscode.workspace.createFileSystemWatcher(pattern, false, ignoreChanges);
    watcher.onDidCreate(() => this.later("configuration"));
    watcher.onDidChange(() => this.later("configuration"));
    watcher.onDidDelete(() => this.later("configuration"));
    return watcher;
  }

  private later(what: Changed): void {
    this.isOnlySpells &&= what === "spells";
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      this.changed.fire(this.isOnlySpells ? "spells" : "configuration");
      this.isOnlySpells = true;
    }, QUIET);
  }
}

/** Where packages stand that are installed with a runtime, in an environment as `venv` makes it. */
function sitePackages({ folder }: Runtime): string[] {
  const root = path.dirname(folder);
  const library = path.join(root, "lib");
  const names = fs.existsSync(library) ? fs.readdirSync(library) : [];
  const below = names.filter((name) => name.startsWith("python")).map((name) => path.join(library, name));
  return [path.join(root, "Lib"), ...below]
    .map((each) => path.join(each, "site-packages"))
    .filter((each) => fs.existsSync(each));
}
