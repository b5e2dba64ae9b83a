import * as vscode from "vscode";
import type { Installation } from "./installation";
import { programOf } from "./runtime";

/** The type of our debug configurations. */
export const DEBUG_TYPE = "llmspell";

/** Starts the debug adapter of the runtime; completes configurations, also where there are none. */
export class Debugging
  implements vscode.DebugAdapterDescriptorFactory, vscode.DebugConfigurationProvider
{
  constructor(private readonly installation: Installation) {}

  async createDebugAdapterDescriptor(): Promise<vscode.DebugAdapterDescriptor> {
    const runtime = await this.installation.runtime();
    if (runtime === undefined) {
      throw new Error(
        vscode.workspace.isTrusted
          ? vscode.l10n.t("llmspell is not installed: run “llmspell: Install” first.")
          : vscode.l10n.t("Spells are not run before this workspace is trusted."),
      );
    }
    return new vscode.DebugAdapterExecutable(programOf(runtime, "llmspell-debug-adapter"));
  }

  resolveDebugConfiguration(
    folder: vscode.WorkspaceFolder | undefined,
    given: vscode.DebugConfiguration,
  ): vscode.DebugConfiguration {
    const configuration = given.type ? given : { ...given, ...thisSpell() };
    if (configuration.request === "launch") {
      configuration["program"] ??= "${file}";
      configuration["cwd"] ??= folder?.uri.fsPath;
    }
    return configuration;
  }

  provideDebugConfigurations(): vscode.DebugConfiguration[] {
    return [thisSpell()];
  }
}

/** The configuration that stands for none: the file in the editor, or another. */
export function thisSpell(program = "${file}"): vscode.DebugConfiguration {
  return { type: DEBUG_TYPE, request: "launch", name: vscode.l10n.t("This spell"), program };
}
