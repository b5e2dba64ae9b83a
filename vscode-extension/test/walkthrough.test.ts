import * as assert from "node:assert";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { folder, until } from "./editor";

const sample = (): string => path.join(folder().fsPath, "first-spell.lua");

/** How often the sample was run, as it says itself. */
function runs(): number {
  const show = ["state", "--script", sample(), "show", "first-spell:runs", "--output", "json"];
  return Number(JSON.parse(execFileSync("llmspell", show, { encoding: "utf-8" })));
}

describe("the walkthrough", () => {
  it("makes the sample and opens it", async () => {
    await vscode.commands.executeCommand("llmspell.firstSpell");
    assert.strictEqual(vscode.window.activeTextEditor?.document.uri.fsPath, sample());
    assert.match(fs.readFileSync(sample(), "utf-8"), /State\.save/);
  });

  it("runs the sample, whatever editor is open", async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await vscode.commands.executeCommand("llmspell.firstSpell.run");
    await until("the sample has run", () => runs() === 1);
  });

  it("debugs the sample to its last line", async () => {
    await vscode.commands.executeCommand("llmspell.firstSpell.debug");
    const session = await until("it stands", () => {
      const item = vscode.debug.activeStackItem;
      return item instanceof vscode.DebugStackFrame && item.session;
    });
    const { stackFrames } = await session.customRequest("stackTrace", { threadId: 1 });
    const last = fs.readFileSync(sample(), "utf-8").trimEnd().split("\n").length;
    assert.strictEqual(stackFrames[0].line, last);
    const ended = new Promise((resolve) => vscode.debug.onDidTerminateDebugSession(resolve));
    await vscode.commands.executeCommand("workbench.action.debug.continue");
    await ended;
    assert.strictEqual(runs(), 2);
  });

  it("keeps what was written into the sample", async () => {
    fs.writeFileSync(sample(), "-- mine\n");
    await vscode.commands.executeCommand("llmspell.firstSpell");
    assert.strictEqual(fs.readFileSync(sample(), "utf-8"), "-- mine\n");
  });
});
