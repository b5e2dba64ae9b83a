import * as assert from "node:assert";
import * as vscode from "vscode";
import { openMarked, until } from "./editor";

describe("snippets", () => {
  it("are offered for the functions of the globals, and replace what is typed of them", async () => {
    const { document, at } = await openMarked("offered.lua", "if State.l¦ then\n");
    const offered = await until("State.load is offered", async () => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        "vscode.executeCompletionItemProvider",
        document.uri,
        at,
      );
      return list.items.find(({ kind, label }) => {
        const text = typeof label === "string" ? label : label.label;
        return kind === vscode.CompletionItemKind.Snippet && text === "State.load";
      });
    });
    const range = offered.range instanceof vscode.Range ? offered.range : offered.range?.replacing;
    assert.strictEqual(document.getText(range), "State.l");
  });

  it("write the call, with a choice where there are few values", async () => {
    const { document } = await openMarked("written.lua", "¦");
    await vscode.commands.executeCommand("editor.action.insertSnippet", {
      langId: "lua",
      name: "Debug.log",
    });
    await until("the call is written", () => document.getText() !== "");
    assert.strictEqual(document.getText(), 'Debug.log("off", "message")');
  });
});
