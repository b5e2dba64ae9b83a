import * as assert from "node:assert";
import * as vscode from "vscode";
import { openMarked, until } from "./editor";
import { answerWith, messages } from "./messages";

const codes = (document: vscode.TextDocument): unknown[] =>
  vscode.languages.getDiagnostics(document.uri).map(({ code }) => code);

// Started beside an extension that is called as that of LuaLS is.
describe("beside another extension for Lua", () => {
  it("tells only what that does not know, says so once, and can be told to tell all", async () => {
    answerWith("Answer for all Lua");
    const text = 'Config.get("defualt_engine")\nprint(undefined_name)\n';
    const { document } = await openMarked("shared.lua", text);
    await until("the string is reported", () => codes(document).includes("unknown-config-path"));
    const told = await until("it is said", () => messages[0]);
    assert.match(told, /LuaLS.* answers for Lua here/);
    await until("all is told after the button", () => codes(document).includes("undefined-global"));
    assert.strictEqual(messages.length, 1);
  });

  it("leaves a folder alone where that is chosen", async () => {
    const { document } = await openMarked("alone.lua", "print(another_name)\n");
    await until("it is reported", () => codes(document).includes("undefined-global"));
    await vscode.workspace.getConfiguration("llmspell").update("mode", "off");
    await until("nothing is reported", () => codes(document).length === 0);
  });
});
