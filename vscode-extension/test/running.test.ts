import * as assert from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { faultsOf } from "../src/running/attributes";
import { answer, asked, offered } from "./answers";
import {
  breakpoint,
  cleared,
  endAfter,
  listen,
  press,
  standingAfter,
  waitingSpell,
} from "./debuggee";
import { folder, openMarked, until } from "./editor";
import { answerWith, messages } from "./messages";

const { executeCommand } = vscode.commands;

/** Ends with 7 where its arguments are `--name "Ada Lovelace" input`. */
const PICKY = 'os.exit(ARGS.name == "Ada Lovelace" and ARGS[1] == "input" and 7 or 1)\n';
const ARGUMENTS = '--name "Ada Lovelace" input';

let listening: vscode.Disposable;

before(() => {
  listening = listen();
});
after(() => listening.dispose());
afterEach(cleared);

/** Starts a configuration of ours with what is given. */
function start(more: object): Thenable<boolean> {
  const [workspace] = vscode.workspace.workspaceFolders ?? [];
  return vscode.debug.startDebugging(workspace, {
    type: "llmspell",
    request: "launch",
    name: "tried",
    ...more,
  });
}

describe("running with arguments", () => {
  it("splits them as a shell does, and remembers them for the spell", async () => {
    const { document } = await openMarked("picky.lua", PICKY);
    answer({ typed: [ARGUMENTS] });
    const code = await endAfter(() => executeCommand("llmspell.runWithArguments"));
    assert.strictEqual(code, 7);
    assert.deepStrictEqual(asked.map(({ value }) => value), [""]);

    answer({});
    await executeCommand("llmspell.runWithArguments", document.uri);
    assert.deepStrictEqual(asked.map(({ value }) => value), [ARGUMENTS]);
    await openMarked("another.lua", "");
    await executeCommand("llmspell.runWithArguments");
    assert.deepStrictEqual(asked.map(({ value }) => value), [ARGUMENTS, ""]);
    assert.strictEqual(vscode.debug.activeDebugSession, undefined);
  });
});

describe("running a selection in the REPL", () => {
  it("runs all selected lines as one input", async () => {
    const { document } = await openMarked("selected.lua", "local code = 4\nos.exit(code + 5)\nx(\n");
    const editor = await vscode.window.showTextDocument(document);
    editor.selection = new vscode.Selection(0, 0, 2, 0);
    const closed = new Promise<vscode.Terminal>((resolve) => {
      vscode.window.onDidCloseTerminal(resolve);
    });
    await executeCommand("llmspell.runSelection");
    const terminal = await closed;
    assert.deepStrictEqual([terminal.name, terminal.exitStatus?.code], ["llmspell repl", 9]);
  });
});

describe("attaching", () => {
  it("offers the spells that run, and goes to the chosen one", async () => {
    const { document } = await openMarked("there.lua", 'local here = 1\nprint("done", here)\n');
    const waiting = await waitingSpell(document.uri.fsPath);
    breakpoint(document, 1);
    answer({ choose: ({ description }) => description === `127.0.0.1:${waiting.port}` });
    const at = await standingAfter(() => executeCommand("llmspell.attach"));
    assert.strictEqual(at.line, 2);
    const chosen = offered.find(({ description }) => description?.endsWith(`:${waiting.port}`));
    assert.strictEqual(chosen?.detail, document.uri.fsPath);
    await endAfter(() => press("continue"));
    assert.strictEqual(await waiting.ended, 0);
  });

  it("asks for a port where the spell is not among them", async () => {
    const { document } = await openMarked("elsewhere.lua", 'print("done")\n');
    const waiting = await waitingSpell(document.uri.fsPath);
    answer({ typed: [String(waiting.port)], choose: ({ label }) => label.includes("Another") });
    await endAfter(() => executeCommand("llmspell.attach"));
    assert.strictEqual(await waiting.ended, 0);
    const [box] = asked;
    const faulty = ["", "x", "0", "70000", "host:"].map((text) => box?.validateInput?.(text));
    assert.ok(faulty.every((fault) => typeof fault === "string"));
    assert.strictEqual(box?.validateInput?.("host:4711"), undefined);
  });

  it("asks for the token of another machine", async () => {
    answerWith("");
    answer({ typed: ["192.0.2.1:4711"], choose: ({ label }) => label.includes("Another") });
    await executeCommand("llmspell.attach");
    assert.deepStrictEqual(asked.map(({ password }) => password), [undefined, true]);
    assert.strictEqual(vscode.debug.activeDebugSession, undefined);
  });
});

describe("variables of launch.json", () => {
  it("ask for the spell, its arguments and the configuration file", async () => {
    await openMarked("picky.lua", PICKY);
    await openMarked("llmspell.toml", '[debug]\nlevel = "info"\n');
    answer({ typed: [ARGUMENTS], choose: ({ label }) => /^(picky|llmspell)\./.test(label) });
    const code = await endAfter(() =>
      start({
        program: "${command:PickSpell}",
        args: "${command:AskForArguments}",
        config: "${command:PickConfiguration}",
      }),
    );
    assert.strictEqual(code, 7);
    fs.rmSync(path.join(folder().fsPath, "llmspell.toml"));
  });

  it("ask for a spell that runs", async () => {
    const { document } = await openMarked("running.lua", 'print("done")\n');
    const waiting = await waitingSpell(document.uri.fsPath);
    answer({ choose: ({ description }) => description === `127.0.0.1:${waiting.port}` });
    await endAfter(() => start({ request: "attach", connectionFile: "${command:PickRunning}" }));
    assert.strictEqual(await waiting.ended, 0);
  });

  it("start nothing where the user gives up", async () => {
    answer({});
    assert.ok(!(await start({ program: "${command:PickSpell}" })));
  });
});

describe("a session for the Python code of a spell", () => {
  it("is not started where nobody debugs Python, and that is told", async () => {
    answerWith("");
    assert.ok(!(await start({ request: "attach", connect: { host: "127.0.0.1", port: 1 } })));
    assert.match(await until("a message", () => messages[0]), /“Python Debugger” is not installed/);
  });
});

describe("what launch.json says", () => {
  const program = "${workspaceFolder}/checked.lua";
  const cases: [object, RegExp][] = [
    [{ program: "${workspaceFolder}/nowhere.lua" }, /“program” is no file: .*nowhere\.lua/],
    [{ program, args: 5 }, /“args” must be a list \| a text/],
    [{ program, args: ["a", 1] }, /“args\[1\]” must be a text/],
    [{ program, console: "window" }, /“console” must be one of internalConsole, /],
    [{ program, limits: { timeout: true } }, /“limits\.timeout” must be a number \| a text/],
    [{ program, stopOnEntry: "yes" }, /“stopOnEntry” must be true or false/],
    [{ program, cwd: "/nowhere" }, /“cwd” is no folder: \/nowhere/],
    [{ program, config: "nowhere.toml" }, /“config” is no file: nowhere\.toml/],
    [{ request: "attach" }, /“port” or “connectionFile” must say/],
    [{ request: "attach", port: 70000 }, /“port” must be between 1 and 65535/],
    [{ request: "attach", port: "4711" }, /“port” must be a whole number/],
  ];

  for (const [given, message] of cases) {
    it(`is refused before anything starts: ${JSON.stringify(given)}`, async () => {
      await openMarked("checked.lua", "");
      answerWith("");
      assert.ok(!(await start(given)));
      assert.match(await until("a message", () => messages[0]), message);
    });
  }

  it("may be null, as other editors write it", async () => {
    await openMarked("checked.lua", "os.exit(3)\n");
    assert.strictEqual(await endAfter(() => start({ program, profile: null, env: { A: null } })), 3);
  });

  it("is right in each of the snippets", () => {
    const extension = vscode.extensions.getExtension("llmspell.llmspell");
    const [described] = extension?.packageJSON.contributes.debuggers ?? [];
    const file = path.join(folder().fsPath, "checked.lua");
    assert.ok(described.configurationSnippets.length > 8);
    for (const { body, label } of described.configurationSnippets) {
      const text = JSON.stringify(body).replaceAll(/"\^\\"\\\\\$\{[^"]*\}\\""/g, JSON.stringify(file));
      const schema = described.configurationAttributes[body.request];
      const configuration = JSON.parse(text);
      assert.deepStrictEqual(faultsOf(configuration, schema), [], label);
      const { type, request, name, ...rest } = configuration;
      assert.ok(type && request && name);
      const unknown = Object.keys(rest).filter((key) => !(key in schema.properties));
      assert.deepStrictEqual(unknown, [], label);
    }
  });
});
