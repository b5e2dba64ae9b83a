import * as vscode from "vscode";

/** What notifications have said. While tests drive VS Code it shows none of them. */
export const messages: string[] = [];

/** The button that is pressed on the next notifications that have it. */
let button = "";

type Show = (text: string, ...rest: unknown[]) => Promise<unknown>;

/** Records notifications from now on, and presses a button of theirs. */
export function answerWith(pressed: string): void {
  button = pressed;
  messages.length = 0;
  const show: Show = async (text, ...rest) => {
    messages.push(text);
    return rest.find((each) => each === button);
  };
  const window = vscode.window as unknown as Record<string, Show>;
  for (const name of ["showErrorMessage", "showWarningMessage", "showInformationMessage"]) {
    window[name] = show;
  }
}
