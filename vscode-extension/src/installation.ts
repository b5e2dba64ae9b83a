import * as path from "node:path";
import * as vscode from "vscode";
import { findRuntime, type Runtime } from "./runtime";

/** Finds the runtime when it is first needed, and remembers it. */
export class Installation {
  private readonly changed = new vscode.EventEmitter<Runtime | undefined>();
  private found: Promise<Runtime | undefined> | undefined;

  /** A runtime was found, or none was. */
  readonly onDidSearch = this.changed.event;

  /** The version of this extension; the runtime should have the same. */
  readonly version: string;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.version = String(context.extension.packageJSON.version);
  }

  /** The environment that this extension makes when it is asked to install llmspell. */
  get environment(): string {
    return path.join(this.context.globalStorageUri.fsPath, "environment");
  }

  /** The runtime; undefined before the workspace is trusted, and where there is none. */
  async runtime(): Promise<Runtime | undefined> {
    if (!vscode.workspace.isTrusted) {
      return undefined;
    }
    this.found ??= this.search();
    return this.found;
  }

  /** Searches anew when the runtime is next asked for. */
  forget(): void {
    this.found = undefined;
  }

  private async search(): Promise<Runtime | undefined> {
    const runtime = await findRuntime(this.environment, this.log);
    if (runtime !== undefined) {
      this.log.info(`llmspell ${runtime.version} in ${runtime.folder}, extension ${this.version}`);
    }
    this.changed.fire(runtime);
    return runtime;
  }
}
