import * as assert from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { completions, openMarked, until } from "./editor";
import { answerWith, messages } from "./messages";

// Started with a Python in PATH that has no llmspell.
describe("without llmspell", () => {
  it("says so, and installs it from the wheel at the press of a button", async function () {
    this.timeout(180_000);
    answerWith("Install");
    const { document, at } = await openMarked("first.lua", "State.¦\n");
    await until("the missing runtime is told", () => messages.length > 0);
    assert.match(messages[0] ?? "", /not installed/);
    const found = await until(
      "State is completed",
      async () => {
        const labels = await completions(document, at);
        return labels.includes("save") && labels;
      },
      150_000,
    );
    assert.ok(found.includes("load"));
    assert.deepStrictEqual(messages.slice(1), []);
  });

  it("leaves an environment of its own, outside the workspace", () => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
    assert.deepStrictEqual(fs.readdirSync(folder), ["first.lua"]);
    const environment = path.join(
      process.env["LLMSPELL_USER_DATA"] ?? "",
      "User/globalStorage/llmspell.llmspell/environment",
    );
    assert.ok(fs.existsSync(path.join(environment, "bin/llmspell")));
  });
});
