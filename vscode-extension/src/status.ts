import * as vscode from "vscode";
import type { Runtime } from "./runtime";
import type { ServerDocuments } from "./serverDocuments";

/** What is shown of the language server beside the language of the editor. */
export class Status {
  private readonly item: vscode.LanguageStatusItem;

  constructor(context: vscode.ExtensionContext, { selector }: ServerDocuments) {
    this.item = vscode.languages.createLanguageStatusItem("llmspell", selector);
    context.subscriptions.push(this.item);
    this.item.name = "llmspell";
    this.item.command = {
      command: "llmspell.showStatus",
      title: vscode.l10n.t("Details"),
    };
  }

  /** The server is being started. */
  starting(runtime: Runtime): void {
    this.show(runtime.version, vscode.l10n.t("starting"));
    this.item.busy = true;
  }

  /** The server answers. */
  running(runtime: Runtime): void {
    this.show(runtime.version, runtime.folder);
  }

  /** The server has ended. */
  stopped(): void {
    this.show("", vscode.l10n.t("language server stopped"), vscode.LanguageStatusSeverity.Error);
  }

  /** There is no runtime. */
  missing(): void {
    this.show("", vscode.l10n.t("llmspell is not installed"), vscode.LanguageStatusSeverity.Error);
  }

  /** Nothing runs before the workspace is trusted. */
  untrusted(): void {
    const detail = vscode.l10n.t("off until this workspace is trusted");
    this.show("", detail, vscode.LanguageStatusSeverity.Warning);
  }

  private show(
    version: string,
    detail: string,
    severity = vscode.LanguageStatusSeverity.Information,
  ): void {
    this.item.busy = false;
    this.item.text = `llmspell ${version}`.trim();
    this.item.detail = detail;
    this.item.severity = severity;
  }
}
