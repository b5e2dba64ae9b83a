import * as assert from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { folder, openMarked, until } from "./editor";

/** Runs a task, and ends with it: its exit code. */
async function run(task: vscode.Task): Promise<number | undefined> {
  const ended = new Promise<number | undefined>((resolve) => {
    const listener = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
      if (execution.task.name === task.name) {
        listener.dispose();
        resolve(exitCode);
      }
    });
  });
  await vscode.tasks.executeTask(task);
  return ended;
}

async function task(name: string): Promise<vscode.Task> {
  const tasks = await vscode.tasks.fetchTasks({ type: "llmspell" });
  const found = tasks.find((each) => each.name === name);
  return found ?? assert.fail(`no ${name} among ${tasks.map((each) => each.name).join(", ")}`);
}

/** Problems of a file that come from a task, not from the language server. */
function problems(uri: vscode.Uri, task: string): Promise<vscode.Diagnostic[]> {
  return until(`there are problems of ${task}`, () => {
    const all = vscode.languages.getDiagnostics(uri);
    const found = all.filter(({ source }) => source === `llmspell ${task}`);
    return found.length > 0 && found;
  });
}

describe("tasks", () => {
  it("are offered without a tasks.json, for each folder", async () => {
    const tasks = await vscode.tasks.fetchTasks({ type: "llmspell" });
    const names = ["api export", "check", "run", "test"];
    assert.deepStrictEqual(tasks.map(({ name }) => name).sort(), names);
    assert.deepStrictEqual((await task("check")).group, vscode.TaskGroup.Build);
    assert.deepStrictEqual((await task("test")).group, vscode.TaskGroup.Test);
  });

  it("run the tests of the folder", async () => {
    const file = path.join(folder().fsPath, "greet_test.lua");
    fs.writeFileSync(file, "Test.case('adds', function() Test.equal(1 + 1, 2) end)\n");
    assert.strictEqual(await run(await task("test")), 0);
    fs.writeFileSync(file, "Test.case('adds', function() Test.equal(1 + 1, 3) end)\n");
    assert.strictEqual(await run(await task("test")), 1);
    fs.rmSync(file);
  });

  it("check, and list what is found in files that are not open", async () => {
    fs.mkdirSync(path.join(folder().fsPath, "lib"));
    const uri = vscode.Uri.joinPath(folder(), "lib/closed.lua");
    fs.writeFileSync(uri.fsPath, "local x = 1\nprint(y\n");
    assert.strictEqual(await run(await task("check")), 1);
    const found = await problems(uri, "check");
    assert.deepStrictEqual(
      found.map(({ severity, code, range }) => [severity, code, range.start.line]),
      [
        [vscode.DiagnosticSeverity.Error, "syntax-error", 1],
        [vscode.DiagnosticSeverity.Warning, "undefined-global", 1],
      ],
    );
    const own = /^llmspell$/;
    await openMarked("lib/closed.lua", "local x = 1\nprint(y\n");
    await until("the server tells the same in place of the task", () => {
      const sources = vscode.languages.getDiagnostics(uri).map(({ source }) => source ?? "");
      return sources.length > 0 && sources.every((source) => own.test(source));
    });
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    fs.rmSync(uri.fsPath);
  });

  it("list an error whose message has several lines", async () => {
    const { document } = await openMarked("tells.lua", 'error("first\\nsecond\\n\\nfourth")\n');
    assert.strictEqual(await run(await task("run")), 1);
    const found = await problems(document.uri, "run");
    assert.deepStrictEqual(
      found.map(({ message, range }) => [message, range.start.line]),
      [["first", 0]],
    );
  });

  it("run the spell in the editor, and list the error that ends it", async () => {
    const { document } = await openMarked(
      "fails.lua",
      "local function f(t)\n  return t.x.y\nend\nf {}\n",
    );
    assert.strictEqual(await run(await task("run")), 1);
    const [found] = await problems(document.uri, "run");
    assert.match(found?.message ?? "", /^attempt to index a nil value \(field 'x'\)$/);
    assert.strictEqual(found?.range.start.line, 1);
  });

  it("export the API", async () => {
    assert.strictEqual(await run(await task("api export")), 0);
    assert.ok(fs.existsSync(path.join(folder().fsPath, "definitions/State.lua")));
  });

  it("take arguments from a tasks.json", async () => {
    const spell = path.join(folder().fsPath, "writes.lua");
    fs.writeFileSync(spell, "State.save('global', 'given', ARGS[1])\nos.exit(tonumber(ARGS[1]))\n");
    const own = { type: "llmspell", label: "mine", command: "run", args: ["writes.lua", "7"] };
    fs.mkdirSync(path.join(folder().fsPath, ".vscode"));
    fs.writeFileSync(
      path.join(folder().fsPath, ".vscode/tasks.json"),
      JSON.stringify({ version: "2.0.0", tasks: [own] }),
    );
    const mine = await until("the task is known", async () =>
      (await vscode.tasks.fetchTasks({ type: "llmspell" })).find(({ name }) => name === "mine"),
    );
    assert.strictEqual(await run(mine), 7);
  });
});
