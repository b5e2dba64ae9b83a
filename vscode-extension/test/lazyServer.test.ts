import * as assert from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { folder, openMarked, until } from "./editor";
import { processes } from "./processes";
import { onPath } from "./trees";

const SERVER = "llmspell-language-server";

/** Has an llmspell found that writes down what it is asked; gives the file. */
function listening(): string {
  const [programs, asked] = [".venv/bin", "asked"].map((name) => path.join(folder().fsPath, name));
  const real = onPath()?.folder;
  assert.ok(real && programs && asked);
  fs.mkdirSync(programs, { recursive: true });
  for (const each of fs.readdirSync(real).filter((name) => name.startsWith("llmspell-"))) {
    fs.symlinkSync(path.join(real, each), path.join(programs, each));
  }
  const script = `#!/bin/sh\necho "$@" >> ${asked}\nexec ${path.join(real, "llmspell")} "$@"\n`;
  fs.writeFileSync(path.join(programs, "llmspell"), script, { mode: 0o755 });
  return asked;
}

describe("a window without Lua", () => {
  it("asks for what its views show once", async () => {
    const asked = listening();
    const times = (question: string): number =>
      fs.readFileSync(asked, "utf8").split("\n").filter((line) => line.startsWith(question)).length;
    await vscode.commands.executeCommand("llmspell.api.focus");
    await until("something is asked", () => fs.existsSync(asked) && times("api") > 0);
    await vscode.commands.executeCommand("llmspell.state.refresh");
    await until("what comes later is asked", () => times("state") > 1);
    assert.deepStrictEqual(["api", "tool", "model"].map(times), [1, 1, 1]);
  });

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
