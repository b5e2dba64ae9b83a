import * as assert from "node:assert";
import * as vscode from "vscode";
import { openMarked, until } from "./editor";
import { processes } from "./processes";

const SERVER = "llmspell-language-server";

describe("a window without Lua", () => {
  it("has no language server for the side bar", async () => {
    await vscode.commands.executeCommand("llmspell.api.focus");
    const extension = vscode.extensions.getExtension("llmspell.llmspell");
    await until("the extension is active", () => extension?.isActive);
    await vscode.commands.executeCommand("llmspell.restart"); // ends when what is to run does
    assert.deepStrictEqual(processes(SERVER), []);
  });

  it("has none for the TOML of others", async () => {
    await openMarked("Cargo.toml", "[package]\n");
    await vscode.commands.executeCommand("llmspell.restart");
    assert.deepStrictEqual(processes(SERVER), []);
  });

  for (const name of ["llmspell.toml", ".llmspell.toml", ".llmspell/config.toml"]) {
    it(`checks ${name} once that is written`, async () => {
      const { document } = await openMarked(name, '[debug]\nlevl = "info"\n');
      await until("the wrong key is told", () =>
        vscode.languages.getDiagnostics(document.uri).some(({ message }) => message.includes("level")),
      );
      assert.notDeepStrictEqual(processes(SERVER), []);
    });
  }
});
