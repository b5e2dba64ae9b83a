import * as vscode from "vscode";

/** Asks for the arguments of spells, and remembers them for each. */
export class Arguments {
  constructor(private readonly memory: vscode.Memento) {}

  /** What the user gives for a spell, beginning with the last time's; undefined if they give up. */
  async ask(spell: vscode.Uri | undefined): Promise<string | undefined> {
    const key = `arguments:${spell?.toString() ?? ""}`;
    const given = await vscode.window.showInputBox({
      title: vscode.l10n.t("Arguments of the spell"),
      prompt: vscode.l10n.t("Written as in a shell: words, and quotation marks around spaces."),
      placeHolder: '--name "Ada Lovelace" input.txt',
      value: this.memory.get(key, ""),
    });
    if (given !== undefined) {
      await this.memory.update(key, given);
    }
    return given;
  }
}
