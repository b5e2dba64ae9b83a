import * as vscode from "vscode";
import { DEBUG_TYPE } from "../debugging";
import type { Installation } from "../installation";
import { Actions } from "./actions";
import { API } from "./api";
import { CommandLine } from "../commandLine";
import { Documents } from "./documents";
import { Folders } from "./folders";
import { MODELS } from "./models";
import { STATE } from "./state";
import { TOOLS } from "./tools";
import { Surroundings } from "./surroundings";
import { Places } from "./place";
import { Tree } from "./tree";
import type { Entry, View } from "./view";

/** All views of the side bar “Spells”. */
export const VIEWS = [API, TOOLS, MODELS, STATE] as readonly View[];

/** Shows the views and carries out their commands. */
export function addViews(
  context: vscode.ExtensionContext,
  installation: Installation,
  log: vscode.LogOutputChannel,
): void {
  const commandLine = new CommandLine(installation, log);
  const places = new Places();
  const actions = new Actions(commandLine, new Documents(context), places);
  const trees = VIEWS.map((view) => new Tree(view, commandLine, places));
  const following = trees.filter(({ view }) => view.followsSpells);
  const configured = trees.filter(({ view }) => view.followsConfiguration);
  const surroundings = new Surroundings(installation);
  const refreshAll = (): void => trees.forEach((tree) => tree.refresh());
  context.subscriptions.push(
    ...trees.flatMap((tree) => shown(tree, actions)),
    installation.onDidSearch((runtime) => {
      void vscode.commands.executeCommand("setContext", "llmspell.found", runtime !== undefined);
      trees.forEach((tree) => tree.searched());
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(refreshAll),
    surroundings,
    surroundings.onDidChange((what) =>
      configured
        .filter(({ view }) => what === "configuration" || view.written !== undefined)
        .forEach((tree) => tree.refresh()),
    ),
    places,
    places.onDidMove(() => {
      following.forEach((tree) => tree.refresh());
      // Each folder of the workspace may have a configuration.
      configured
        .filter(({ place }) => place.folder !== places.current.folder)
        .forEach((tree) => tree.refresh());
    }),
    vscode.debug.onDidTerminateDebugSession(({ type }) => {
      if (type === DEBUG_TYPE) {
        following.forEach((tree) => tree.refresh());
      }
    }),
    vscode.tasks.onDidEndTask(() => following.forEach((tree) => tree.refresh())),
  );
}

function shown(tree: Tree, actions: Actions): vscode.Disposable[] {
  const { id, actions: own } = tree.view;
  const area = vscode.window.createTreeView(id, { treeDataProvider: tree, showCollapseAll: true });
  const folders = new Folders();
  tree.isVisible = () => area.visible;
  const command = vscode.commands.registerCommand;
  return [
    area,
    tree.onDidAsk(() => {
      area.message = tree.problem || undefined;
      area.description = tree.summary || undefined;
      folders.watch(tree.folders);
    }),
    folders,
    folders.onDidChange(() => tree.refresh()),
    command(`${id}.refresh`, () => tree.refresh()),
    ...own.map((action) =>
      command(action.command, (entry?: Entry) => actions.perform(tree, action, entry)),
    ),
  ];
}
