import * as assert from "node:assert";
import { execFileSync } from "node:child_process";
import * as path from "node:path";
import * as vscode from "vscode";
import { breakpoint, cleared, heard, listen, output, press, standingAfter } from "./debuggee";
import { openMarked, until } from "./editor";
import { onPath } from "./trees";

// Started in a VS Code that has a debugger of the type debugpy.

const SPELL = 'print("before")\nState.save("global", "answer", 42)\nprint("after")\n';

/** Where the store of states writes a value: file and line, counted from 1. */
const PLACE = `
from inspect import getfile
from llmspell.state.store import StateStore
code = StateStore.set_text.__code__
lines = [line for _, _, line in code.co_lines() if line and line > code.co_firstlineno]
print(getfile(StateStore), min(lines), sep="\\n")
`;

/** Where the window shows that a session of a type stands: the session, and the line from 1. */
async function standingIn(type: string): Promise<{ session: vscode.DebugSession; line: number }> {
  const { session, threadId } = await until(`the window shows a frame of ${type}`, () => {
    const item = vscode.debug.activeStackItem;
    return item instanceof vscode.DebugStackFrame && item.session.type === type && item;
  });
  const { stackFrames } = await session.customRequest("stackTrace", { threadId });
  return { session, line: stackFrames[0].line };
}

describe("debugging Lua and Python together", () => {
  let listening: vscode.Disposable;

  before(() => {
    listening = listen();
  });
  after(() => listening.dispose());
  afterEach(cleared);

  it("stops in Python that a line of Lua calls, and then at the next line of Lua", async () => {
    const python = path.join(onPath()?.folder ?? assert.fail(), "python");
    const [file = "", line] = execFileSync(python, ["-c", PLACE], { encoding: "utf8" }).split("\n");
    const inPython = new vscode.Position(Number(line) - 1, 0);
    const { document } = await openMarked("saves.lua", SPELL);
    breakpoint(document, 1);
    breakpoint(document, 2);
    vscode.debug.addBreakpoints([
      new vscode.SourceBreakpoint(new vscode.Location(vscode.Uri.file(file), inPython)),
    ]);
    const [workspace] = vscode.workspace.workspaceFolders ?? [];
    const called = await standingAfter(() =>
      vscode.debug.startDebugging(workspace, {
        type: "llmspell",
        request: "launch",
        name: "both",
        program: document.uri.fsPath,
        python: true,
      }),
    );
    assert.deepStrictEqual([called.line, called.session.type], [2, "llmspell"]);

    await press("continue");
    const inside = await standingIn("debugpy");
    assert.strictEqual(inside.session.parentSession?.type, "llmspell");
    assert.strictEqual(inside.line, Number(line));
    assert.strictEqual(vscode.window.activeTextEditor?.document.uri.fsPath, file);

    await press("continue");
    assert.strictEqual((await standingIn("llmspell")).line, 3);
    await press("continue");
    await until("both sessions end", () => vscode.debug.activeDebugSession === undefined);
    assert.strictEqual(output(), "before\nafter\n");
    assert.deepStrictEqual(heard.find(({ event }) => event === "exited")?.body, { exitCode: 0 });
  });
});
