import * as vscode from "vscode";
import { Advice } from "./advice";
import { showDetails } from "./details";
import { FirstSpell } from "./firstSpell";
import { Installation } from "./installation";
import { Installer } from "./installing";
import { LanguageServer } from "./languageServer";
import { otherServer, tellOfOther } from "./otherServers";
import { showReferences } from "./references";
import { addRunning } from "./running";
import { programOf, type Program } from "./runtime";
import { ServerDocuments } from "./serverDocuments";
import { Status } from "./status";
import { Tasks } from "./tasks";
import { addTesting } from "./testing";
import { isTrusted } from "./trust";
import { addViews } from "./views";

let running: LanguageServer | undefined;

/**
 * Called when a Lua file, a configuration or the side bar is opened, among others; nothing is run
 * before the workspace is trusted, and no language server before there is something to do for it.
 */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel("llmspell", { log: true });
  const documents = new ServerDocuments(context);
  const status = new Status(context, documents);
  const installation = new Installation(context, log);
  const installer = new Installer(context, installation, log);
  const server = new LanguageServer(installation, log, status, documents);
  const advice = new Advice(installation, installer, () => restart());
  running = server;
  addViews(context, installation, log);
  addRunning(context, installation, log);
  addTesting(context, installation, log);

  const start = async (): Promise<void> => {
    if (!vscode.workspace.isTrusted) {
      status.untrusted();
      return;
    }
    if (!(await documents.areHere())) {
      return;
    }
    const runtime = await installation.runtime();
    void advice.about(runtime);
    if (runtime === undefined) {
      status.missing();
    } else {
      await server.start();
      void tellOfOther(context);
    }
  };
  const startFor = async (document: vscode.TextDocument): Promise<void> => {
    if (documents.has(document)) {
      await start();
    }
  };
  const restart = async (): Promise<void> => {
    await server.stop();
    installation.forget();
    await start();
  };
  const install = async (): Promise<void> => {
    if ((await isTrusted()) && (await installer.install())) {
      await restart();
    }
  };
  const inTerminal = async (program: Program, args: string[]): Promise<void> => {
    const runtime = (await isTrusted()) ? await installation.runtime() : undefined;
    if (runtime !== undefined) {
      const shellPath = programOf(runtime, program);
      vscode.window.createTerminal({ name: "llmspell", shellPath, shellArgs: args }).show();
    }
  };
  let other = otherServer();
  const command = vscode.commands.registerCommand;
  context.subscriptions.push(
    log,
    command("llmspell.install", install),
    command("llmspell.restart", restart),
    command("llmspell.showStatus", () => showDetails(installation, server)),
    command("llmspell.showLog", () => log.show()),
    command("llmspell.doctor", () => inTerminal("llmspell", ["doctor"])),
    command("llmspell.showReferences", showReferences),
    new FirstSpell(context, installation).register(),
    new Tasks(context, installation).register(),
    vscode.workspace.onDidGrantWorkspaceTrust(start),
    vscode.workspace.onDidOpenTextDocument(startFor),
    vscode.extensions.onDidChange(async () => {
      if (otherServer() !== other) {
        other = otherServer();
        await restart();
      }
    }),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("llmspell.environment")) {
        await restart();
      }
    }),
  );
  await start();
}

/** Called when the window closes. */
export async function deactivate(): Promise<void> {
  await running?.stop();
}
