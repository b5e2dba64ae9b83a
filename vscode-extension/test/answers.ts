import * as vscode from "vscode";

/** What an input box was shown with, and says about a text. */
export type Asked = vscode.InputBoxOptions;

/** All input boxes that were shown since `answer`. */
export const asked: Asked[] = [];

/** The items of the last list that was shown. */
export let offered: vscode.QuickPickItem[] = [];

interface Answers {
  /** What is typed into input boxes, one after another; then they are given up. */
  readonly typed?: string[];
  /** Whether an item of a list is the one to choose; without one the list is given up. */
  readonly choose?: (item: vscode.QuickPickItem) => boolean;
}

/** Answers input boxes and lists from now on, which tests cannot see. */
export function answer({ typed = [], choose = () => false }: Answers): void {
  const answers = [...typed];
  asked.length = 0;
  offered = [];
  Object.assign(vscode.window, {
    showInputBox: async (options: vscode.InputBoxOptions) => {
      asked.push(options);
      return answers.shift();
    },
    showQuickPick: async (items: Thenable<vscode.QuickPickItem[]> | vscode.QuickPickItem[]) => {
      offered = await items;
      return offered.find(choose);
    },
  });
}
