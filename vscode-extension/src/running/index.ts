import * as vscode from "vscode";
import { CommandLine } from "../commandLine";
import { DEBUG_TYPE, Debugging, thisSpell } from "../debugging";
import type { Installation } from "../installation";
import { debugSpell, runSpell, spellOf } from "../spells";
import { Arguments } from "./arguments";
import { Attaching } from "./attaching";
import { Hovers } from "./hovers";
import { pickConfiguration, pickSpell } from "./pickers";
import { Repl } from "./repl";

/** Adds the ways to run and debug spells: commands, configurations, pickers for `launch.json`. */
export function addRunning(
  context: vscode.ExtensionContext,
  installation: Installation,
  log: vscode.LogOutputChannel,
): void {
  const commandLine = new CommandLine(installation, log);
  const debugging = new Debugging(context, installation);
  const attaching = new Attaching(commandLine);
  const given = new Arguments(context.workspaceState);
  const repl = new Repl(installation);
  const runWithArguments = async (target: unknown): Promise<void> => {
    const spell = await spellOf(target);
    const args = spell && (await given.ask(spell));
    if (args !== undefined) {
      await runSpell(spell, args);
    }
  };
  const command = vscode.commands.registerCommand;
  const { Dynamic } = vscode.DebugConfigurationProviderTriggerKind;
  context.subscriptions.push(
    command("llmspell.run", (target?: unknown) => runSpell(target)),
    command("llmspell.debug", debugSpell),
    command("llmspell.runWithArguments", runWithArguments),
    command("llmspell.runSelection", () => repl.runSelection()),
    command("llmspell.attach", () => attaching.attach()),
    command("llmspell.askForArguments", () =>
      given.ask(vscode.window.activeTextEditor?.document.uri),
    ),
    command("llmspell.pickSpell", pickSpell),
    command("llmspell.pickConfiguration", () => pickConfiguration(commandLine)),
    command("llmspell.pickRunning", () => attaching.pick()),
    vscode.languages.registerEvaluatableExpressionProvider({ language: "lua" }, new Hovers()),
    vscode.debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, debugging),
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, debugging),
    vscode.debug.registerDebugConfigurationProvider(
      DEBUG_TYPE,
      {
        provideDebugConfigurations: async () => [
          thisSpell(),
          {
            ...thisSpell(),
            name: vscode.l10n.t("This spell with arguments…"),
            args: "${command:AskForArguments}",
          },
          ...(await attaching.configurations()),
        ],
      },
      Dynamic,
    ),
  );
}
