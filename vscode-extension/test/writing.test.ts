import * as assert from "node:assert";
import * as vscode from "vscode";
import { completions, openMarked, until } from "./editor";

describe("writing a spell", () => {
  it("activates the extension when a Lua file is opened", async () => {
    await openMarked("activates.lua", "print(1)\n");
    const extension = vscode.extensions.getExtension("llmspell.llmspell");
    assert.ok(extension);
    await until("the extension is active", () => extension.isActive);
  });

  it("completes members of the globals", async () => {
    const { document, at } = await openMarked("members.lua", "State.¦\n");
    const found = await until("members of State are offered", async () => {
      const labels = await completions(document, at);
      return labels.includes("save") && labels;
    });
    assert.ok(found.includes("load"), found.join(" "));
  });
});
