import * as assert from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { folder, openMarked } from "./editor";
import { answerWith, messages } from "./messages";

// Started in a workspace that is not trusted, whose .venv has programs that leave a trace.
describe("in a workspace that is not trusted", () => {
  it("executes nothing, whatever is asked for", async () => {
    answerWith("");
    assert.strictEqual(vscode.workspace.isTrusted, false);
    await openMarked("first.lua", "print(1)\n");
    const extension = vscode.extensions.getExtension("llmspell.llmspell");
    await extension?.activate();
    assert.strictEqual(extension?.isActive, true);
    const commands = [
      ...["run", "runWithArguments", "runSelection", "debug", "attach"],
      ...["doctor", "install", "api.show", "tools.invoke", "models.pull", "models.remove"],
      ...["state.export", "state.clear", "firstSpell.run"],
    ];
    for (const view of ["api", "tools", "models", "state"]) {
      await vscode.commands.executeCommand(`llmspell.${view}.focus`);
      await vscode.commands.executeCommand(`llmspell.${view}.refresh`);
    }
    for (const command of commands) {
      await vscode.commands.executeCommand(`llmspell.${command}`);
      assert.match(messages.pop() ?? "", /before this workspace is trusted/, command);
    }
    assert.ok(!fs.existsSync(path.join(folder().fsPath, "trace")), "a program was executed");
    assert.deepStrictEqual(messages, []);
  });
});
