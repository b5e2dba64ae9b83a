import * as vscode from "vscode";
import type { Installation } from "./installation";
import type { Installer } from "./installing";
import type { Runtime } from "./runtime";

/**
 * Tells the user once what stands in the way, with the button that removes it: no llmspell, or one
 * of another version than the extension.
 */
export class Advice {
  private told = "";

  constructor(
    private readonly installation: Installation,
    private readonly installer: Installer,
    private readonly restart: () => Promise<void>,
  ) {}

  /** Looks at what was found. */
  async about(runtime: Runtime | undefined): Promise<void> {
    const state = runtime === undefined ? "none" : `${runtime.folder} ${runtime.version}`;
    if (state === this.told) {
      return;
    }
    this.told = state;
    if (runtime === undefined) {
      await this.missing();
    } else if (runtime.version !== this.installation.version) {
      await this.drifted(runtime);
    }
  }

  private async missing(): Promise<void> {
    const install = vscode.l10n.t("Install");
    const choose = vscode.l10n.t("Choose environment");
    const text = vscode.l10n.t("llmspell is not installed, so spells cannot be checked or run.");
    const answer = await vscode.window.showWarningMessage(text, install, choose);
    if (answer === install) {
      await this.after(this.installer.install());
    } else if (answer === choose) {
      const query = "llmspell.environment";
      await vscode.commands.executeCommand("workbench.action.openSettings", query);
    }
  }

  private async drifted(runtime: Runtime): Promise<void> {
    const { version } = this.installation;
    const update = vscode.l10n.t("Install {0}", version);
    const text = vscode.l10n.t(
      "llmspell {0} in {1} is not the version of this extension, {2}: what they say to each other may not fit.",
      runtime.version,
      runtime.folder,
      version,
    );
    if ((await vscode.window.showWarningMessage(text, update)) === update) {
      await this.after(this.installer.update(runtime));
    }
  }

  private async after(installing: Promise<boolean>): Promise<void> {
    if (await installing) {
      await this.restart();
    }
  }
}
