import * as fs from "node:fs";
import * as vscode from "vscode";
import { completions, openMarked, until } from "./editor";

// Asserts nothing of what it measures: `python -m tests.benchmarks editor` writes that down.
describe("figures", () => {
  const figures: Record<string, number> = {};

  after(() => {
    fs.writeFileSync(`${process.env["LLMSPELL_REPORT"]}.figures`, JSON.stringify(figures));
  });

  it("measures the cold start and the memory", async () => {
    const before = process.memoryUsage().rss;
    const began = performance.now();
    const { document, at } = await openMarked("cold.lua", "State.¦\n");
    await until("save is offered", async () => (await completions(document, at)).includes("save"));
    figures["activation"] = performance.now() - began;
    figures["memory"] = (process.memoryUsage().rss - before) / 2 ** 20;
  });

  it("measures how long a spell takes to stand in its first line", async () => {
    const { document } = await openMarked("debugged.lua", "local a = 1\nprint(a)\n");
    const times: number[] = [];
    for (let round = 0; round < 5; round++) {
      const began = performance.now();
      await vscode.debug.startDebugging(undefined, {
        type: "llmspell",
        request: "launch",
        name: "measured",
        program: document.uri.fsPath,
        stopOnEntry: true,
      });
      await until("the spell stands", () => vscode.debug.activeStackItem);
      times.push(performance.now() - began);
      await vscode.debug.stopDebugging();
      await until("the session has ended", () => vscode.debug.activeDebugSession === undefined);
    }
    figures["standing"] = times.sort((a, b) => a - b)[2] ?? NaN;
  });
});
