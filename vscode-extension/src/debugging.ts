import * as vscode from "vscode";
import type { Installation } from "./installation";
import { faultsOf, type Schema } from "./running/attributes";
import { isForPython, pythonSession } from "./running/python";
import { programOf } from "./runtime";

/** The type of our debug configurations. */
export const DEBUG_TYPE = "llmspell";

/**
 * Starts the debug adapter of the runtime; completes configurations, also where there are none, and
 * refuses those that cannot work.
 */
export class Debugging
  implements vscode.DebugAdapterDescriptorFactory, vscode.DebugConfigurationProvider
{
  private readonly schemas: Readonly<Record<string, Schema>>;

  constructor(
    context: vscode.ExtensionContext,
    private readonly installation: Installation,
  ) {
    const { contributes } = context.extension.packageJSON;
    this.schemas = contributes.debuggers[0].configurationAttributes;
  }

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
  ): vscode.DebugConfiguration | undefined {
    if (isForPython(given)) {
      return pythonSession(given);
    }
    const configuration = given.type ? given : { ...given, ...thisSpell() };
    if (configuration.request === "launch") {
      configuration["program"] ??= "${file}";
      configuration["cwd"] ??= folder?.uri.fsPath;
      // Where the output is should be seen: by default VS Code opens the console once, in any case.
      const inConsole = (configuration["console"] ?? "internalConsole") === "internalConsole";
      configuration["internalConsoleOptions"] ??= inConsole ? "openOnSessionStart" : "neverOpen";
    }
    return configuration;
  }

  /** Called when the variables have been replaced; undefined ends the start. */
  async resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    const faults = faultsOf(configuration, this.schemas[configuration.request] ?? {});
    if (faults.length === 0) {
      return configuration;
    }
    const text = vscode.l10n.t("“{0}” cannot start. {1}", configuration.name, faults.join(" "));
    const open = vscode.l10n.t("Open launch.json");
    const buttons = folder === undefined ? [] : [open];
    if ((await vscode.window.showErrorMessage(text, ...buttons)) === open) {
      await vscode.commands.executeCommand("workbench.action.debug.configure");
    }
    return undefined;
  }
}

/** The configuration that stands for none: the file in the editor, or another. */
export function thisSpell(program = "${file}"): vscode.DebugConfiguration {
  return { type: DEBUG_TYPE, request: "launch", name: vscode.l10n.t("This spell"), program };
}
