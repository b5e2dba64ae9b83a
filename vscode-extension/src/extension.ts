import * as vscode from "vscode";
import { DEBUG_TYPE, Debugging } from "./debugging";
import { Installation } from "./installation";
import { LanguageServer } from "./languageServer";
import { showReferences } from "./references";
import { programOf, type Program } from "./runtime";
import { debugSpell, runSpell } from "./spells";
import { Status } from "./status";

let server: LanguageServer | undefined;

/** Called when a Lua file is opened; nothing is run before the workspace is trusted. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel("llmspell", { log: true });
  const status = new Status(context);
  const installation = new Installation(context, log);
  const debugging = new Debugging(installation);
  server = new LanguageServer(installation, log, status);

  const inTerminal = async (program: Program, args: string[]): Promise<void> => {
    const runtime = await installation.runtime();
    if (runtime !== undefined) {
      const shellPath = programOf(runtime, program);
      vscode.window.createTerminal({ name: "llmspell", shellPath, shellArgs: args }).show();
    }
  };
  const command = vscode.commands.registerCommand;
  context.subscriptions.push(
    log,
    command("llmspell.run", (target?: unknown) => runSpell(target)),
    command("llmspell.debug", debugSpell),
    command("llmspell.restart", () => server?.restart()),
    command("llmspell.showLog", () => log.show()),
    command("llmspell.doctor", () => inTerminal("llmspell", ["doctor"])),
    command("llmspell.showReferences", showReferences),
    vscode.debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, debugging),
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, debugging),
    vscode.workspace.onDidGrantWorkspaceTrust(() => server?.start()),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("llmspell.environment")) {
        await server?.restart();
      }
    }),
  );
  await server.start();
}

/** Called when the window closes. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}
