import * as assert from "node:assert";
import * as vscode from "vscode";
import {
  breakpoint,
  cleared,
  endAfter,
  heard,
  listen,
  output,
  press,
  referenceOf,
  said,
  standingAfter,
  valueOf,
  variablesOf,
  waitingSpell,
} from "./debuggee";
import { openMarked, until } from "./editor";

const SPELL = `local total = 0
local words = { "ab", "cde", "f" }
for index, word in ipairs(words) do
  local length = #word
  total = total + length
end
print("total", total)
`;

describe("debugging without a launch.json", () => {
  let document: vscode.TextDocument;
  let listening: vscode.Disposable;

  before(() => {
    listening = listen();
  });
  after(() => listening.dispose());
  afterEach(cleared);

  beforeEach(async () => {
    ({ document } = await openMarked("debugged.lua", SPELL));
  });

  it("stops at a breakpoint at F5, steps, and goes on to the end", async () => {
    breakpoint(document, 3);
    const first = await standingAfter(() => press("start"));
    assert.deepStrictEqual([first.line, first.reason], [4, "breakpoint"]);
    const second = await standingAfter(() => press("stepOver"));
    assert.deepStrictEqual([second.line, second.reason], [5, "step"]);
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    assert.strictEqual(await endAfter(() => press("continue")), 0);
    assert.strictEqual(output(), "total\t6\n");
  });

  it("starts with an empty configuration, as extensions do it", async () => {
    breakpoint(document, 6);
    const empty = {} as vscode.DebugConfiguration;
    const at = await standingAfter(() =>
      vscode.debug.startDebugging(vscode.workspace.workspaceFolders?.[0], empty),
    );
    assert.strictEqual(at.line, 7);
  });

  it("shows variables, evaluates, and assigns", async () => {
    breakpoint(document, 4);
    const at = await standingAfter(() => press("start"));
    const shown = await variablesOf(at);
    assert.strictEqual(shown["length"], "2");
    assert.strictEqual(shown["word"], '"ab"');
    assert.strictEqual(await valueOf(at, "#words + index"), "4");
    await at.session.customRequest("setVariable", {
      variablesReference: await referenceOf(at),
      name: "length",
      value: "100",
    });
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await endAfter(() => press("continue"));
    assert.strictEqual(output(), "total\t104\n");
  });

  it("stops where a condition holds, and only writes where there is a log message", async () => {
    breakpoint(document, 3, { log: "word {word}" });
    breakpoint(document, 4, { condition: "length == 3" });
    const at = await standingAfter(() => press("start"));
    assert.strictEqual(await valueOf(at, "word"), '"cde"');
    assert.strictEqual(await endAfter(() => press("continue")), 0);
    assert.deepStrictEqual(output("console").match(/word .*/g), ["word ab", "word cde", "word f"]);
  });

  it("stops at an error that nothing catches, while its variables live", async () => {
    const { document: failing } = await openMarked(
      "failing.lua",
      `local function half(n)
  local rest = n % 2
  assert(rest == 0, "odd")
  return n // 2
end
print(pcall(half, 1))
half(7)
`,
    );
    assert.ok(failing);
    const at = await standingAfter(() => press("start"));
    assert.strictEqual(at.reason, "exception");
    const info = await at.session.customRequest("exceptionInfo", { threadId: at.thread });
    assert.match(info.description, /odd/);
    const { stackFrames } = await at.session.customRequest("stackTrace", { threadId: at.thread });
    const half = stackFrames.find(({ name }: { name: string }) => /half/.test(name));
    assert.strictEqual(half.line, 3);
    const there = { ...at, frame: half.id };
    assert.strictEqual((await variablesOf(there, "Parameters"))["n"], "7");
    assert.strictEqual((await variablesOf(there, "Locals"))["rest"], "1");
    assert.strictEqual(await endAfter(() => press("continue")), 1);
  });

  it("restarts with the breakpoints that there are, and stops", async () => {
    breakpoint(document, 3);
    const first = await standingAfter(() => press("start"));
    await first.session.customRequest("evaluate", {
      expression: "total = 50",
      frameId: first.frame,
      context: "repl",
    });
    const again = await standingAfter(() => press("restart"));
    assert.strictEqual(again.line, 4);
    assert.strictEqual(await valueOf(again, "total"), "0");
    await endAfter(() => press("stop"));
    assert.strictEqual(output(), "");
    assert.deepStrictEqual(heard.filter(({ body }) => body?.error?.showUser), []);
  });
});

describe("looking at a spell that stands", () => {
  let listening: vscode.Disposable;

  before(() => {
    listening = listen();
  });
  after(() => listening.dispose());
  afterEach(cleared);

  it("stops behind the line that has changed a watched value", async () => {
    const { document } = await openMarked("watched.lua", WATCHED);
    breakpoint(document, 1);
    const at = await standingAfter(() => press("start"));
    const { session, frame } = at;
    const info = await session.customRequest("dataBreakpointInfo", {
      name: "limits.size",
      frameId: frame,
    });
    assert.deepStrictEqual(info.accessTypes.includes("write"), true);
    await session.customRequest("setDataBreakpoints", {
      breakpoints: [{ dataId: info.dataId, accessType: "write" }],
    });
    const changed = await standingAfter(() => press("continue"));
    assert.strictEqual(changed.reason, "data breakpoint");
    assert.strictEqual(await valueOf(changed, "limits.size"), "2");
  });

  it("completes what is typed in the debug console", async () => {
    const { document } = await openMarked("watched.lua", WATCHED);
    breakpoint(document, 1);
    const { session, frame } = await standingAfter(() => press("start"));
    const text = "limits.";
    const { targets } = await session.customRequest("completions", {
      text,
      column: text.length + 1,
      frameId: frame,
    });
    assert.deepStrictEqual(targets.map(({ label }: { label: string }) => label), ["size"]);
  });

  it("shows values beside the lines up to where it stands", async () => {
    const { document } = await openMarked("watched.lua", WATCHED);
    breakpoint(document, 2);
    const { frame } = await standingAfter(() => press("start"));
    const line = document.lineAt(2).range;
    const values = await vscode.commands.executeCommand<vscode.InlineValue[]>(
      "vscode.executeInlineValueProvider",
      document.uri,
      new vscode.Range(new vscode.Position(0, 0), line.end),
      { frameId: frame, stoppedLocation: line },
    );
    const shown = values.map(({ range }) => document.getText(range));
    assert.ok(shown.includes("limits"), shown.join(" "));
    assert.ok(shown.includes("limits.size"), shown.join(" "));
  });

  it("evaluates the method under the pointer without calling it", async () => {
    const { document, at } = await openMarked("hovered.lua", "local s = 'Ab'\nprint(s:lo¦wer())\n");
    breakpoint(document, 1);
    await standingAfter(() => press("start"));
    const editor = await vscode.window.showTextDocument(document);
    editor.selection = new vscode.Selection(at, at);
    const hover = await until("the hover is evaluated", async () => {
      await vscode.commands.executeCommand("editor.debug.action.showDebugHover");
      return said.find((each) => each.arguments?.context === "hover");
    });
    assert.strictEqual(hover.arguments.expression, "s.lower");
  });

  it("asks for input in a terminal", async () => {
    const { document } = await openMarked("asking.lua", 'local name = io.read("l")\nprint(name)\n');
    breakpoint(document, 1);
    const opened = new Promise<vscode.Terminal>((resolve) => {
      vscode.window.onDidOpenTerminal(resolve);
    });
    const at = await standingAfter(async () => {
      const configuration = {
        type: "llmspell",
        request: "launch",
        name: "in a terminal",
        program: document.uri.fsPath,
        console: "integratedTerminal",
      };
      await vscode.debug.startDebugging(undefined, configuration);
      (await opened).sendText("Ada");
    });
    assert.strictEqual(await valueOf(at, "name"), '"Ada"');
    assert.strictEqual(await endAfter(() => press("continue")), 0);
  });

  it("attaches to a spell that waits for it", async () => {
    const { document } = await openMarked("waiting.lua", 'local here = 1\nprint("done", here)\n');
    const waiting = await waitingSpell(document.uri.fsPath);
    breakpoint(document, 1);
    const configuration = { type: "llmspell", request: "attach", name: "there", port: waiting.port };
    const at = await standingAfter(() => vscode.debug.startDebugging(undefined, configuration));
    assert.strictEqual(at.line, 2);
    assert.strictEqual(await valueOf(at, "here"), "1");
    await endAfter(() => press("continue"));
    assert.strictEqual(await waiting.ended, 0);
  });
});

const WATCHED = `local limits = { size = 1 }
print("begin")
limits.size = limits.size + 1
print("end")
`;
