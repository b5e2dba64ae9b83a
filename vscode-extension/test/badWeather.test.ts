import * as assert from "node:assert";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { completions, folder, openMarked, until } from "./editor";
import { lives, processes } from "./processes";

const SERVER = "llmspell-language-server";

async function offers(
  document: vscode.TextDocument,
  at: vscode.Position,
  label: string,
): Promise<void> {
  await until(`${label} is offered`, async () =>
    (await completions(document, at)).includes(label),
  );
}

/** Starts a spell under the debugger and waits until it stands in a line, counted from 1. */
async function debugTo(document: vscode.TextDocument, line: number): Promise<vscode.DebugSession> {
  const place = new vscode.Location(document.uri, new vscode.Position(line - 1, 0));
  vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(place)]);
  await vscode.debug.startDebugging(undefined, {
    type: "llmspell",
    request: "launch",
    name: "bad weather",
    program: document.uri.fsPath,
  });
  const session = await until("a session runs", () => vscode.debug.activeDebugSession);
  await until("the spell stands", () => vscode.debug.activeStackItem);
  return session;
}

function ended(session: vscode.DebugSession): Promise<void> {
  return new Promise((resolve) => {
    const listening = vscode.debug.onDidTerminateDebugSession((each) => {
      if (each.id === session.id) {
        listening.dispose();
        resolve();
      }
    });
  });
}

describe("when things break", () => {
  afterEach(() => vscode.debug.removeBreakpoints(vscode.debug.breakpoints));

  it("starts a server again that was killed, with the unsaved text of open documents", async () => {
    const { document, at } = await openMarked("killed.lua", "State.¦\n");
    await offers(document, at, "save");
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), "local unsaved_table = { unsaved_key = 1 }\n");
    await vscode.workspace.applyEdit(edit);
    const [server] = processes(SERVER);
    assert.ok(server);
    process.kill(server.id, "SIGKILL");
    await until("another server runs", () => processes(SERVER).some(({ id }) => id !== server.id));
    await offers(document, at.translate(1), "save");
    const second = new vscode.WorkspaceEdit();
    second.insert(document.uri, new vscode.Position(1, 0), "unsaved_table.\n");
    await vscode.workspace.applyEdit(second);
    await offers(document, new vscode.Position(1, "unsaved_table.".length), "unsaved_key");
  });

  it("ends a session whose adapter was killed, and leaves no process behind", async () => {
    const { document } = await openMarked("adapter.lua", "local a = 1\nlocal b = a + 1\nprint(b)\n");
    const session = await debugTo(document, 2);
    const end = ended(session);
    const below = processes("llmspell_debug_adapter").concat(processes("llmspell-debug-adapter"));
    assert.ok(below.length >= 2, "an adapter and a debuggee run");
    const [adapter] = processes("llmspell-debug-adapter");
    assert.ok(adapter);
    process.kill(adapter.id, "SIGKILL");
    await end;
    await until("all have ended", () => !below.some(({ id }) => lives(id)));
  });

  it("goes on debugging a file that was renamed or deleted", async () => {
    const { document } = await openMarked("gone.lua", "local a = 1\nlocal b = a + 1\nprint(b)\n");
    const session = await debugTo(document, 2);
    fs.renameSync(document.uri.fsPath, path.join(folder().fsPath, "elsewhere.lua"));
    const frameId = (vscode.debug.activeStackItem as vscode.DebugStackFrame).frameId;
    const { result } = await session.customRequest("evaluate", { expression: "a", frameId });
    assert.strictEqual(result, "1");
    fs.rmSync(path.join(folder().fsPath, "elsewhere.lua"));
    const end = ended(session);
    await session.customRequest("continue", { threadId: 1 });
    await end;
  });

  it("completes in a file with CRLF and emoji, after both", async () => {
    const { document, at } = await openMarked(
      "crlf.lua",
      'local s = "🧙🏽‍♂️ spell"\r\nlocal t = { mage = s } -- 🧙\r\nprint("🧙", t.¦)\r\n',
    );
    assert.strictEqual(document.eol, vscode.EndOfLine.CRLF);
    await offers(document, at, "mage");
  });

  it("completes at the end of 20 000 lines", async function () {
    this.timeout(120_000);
    const lines = Array.from({ length: 20_000 }, (_, n) => `local v${n % 150} = ${n}`);
    const blocks = lines.map((line, n) => (n % 100 === 0 ? `do ${line}` : n % 100 === 99 ? `${line} end` : line));
    const { document, at } = await openMarked("long.lua", `${blocks.join("\n")}\nState.¦\n`);
    await until(
      "save is offered",
      async () => (await completions(document, at)).includes("save"),
      90_000,
    );
  });

  it("helps in a document that has no file yet", async () => {
    const content = "State.\n";
    const document = await vscode.workspace.openTextDocument({ language: "lua", content });
    await vscode.window.showTextDocument(document);
    await offers(document, new vscode.Position(0, "State.".length), "save");
  });

  it("leaves alone what Git shows of an earlier version", async () => {
    const git = (...args: string[]): string =>
      execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.invalid", ...args], {
        cwd: folder().fsPath,
        encoding: "utf8",
      });
    const { document } = await openMarked("committed.lua", "print(undefined_name)\n");
    git("init", "--quiet");
    git("add", "committed.lua");
    git("commit", "--quiet", "--message", "x");
    await until("the file has a finding", () => vscode.languages.getDiagnostics(document.uri).length);
    const query = JSON.stringify({ path: document.uri.fsPath, ref: "HEAD" });
    const earlier = document.uri.with({ scheme: "git", query });
    const extension = vscode.extensions.getExtension("vscode.git");
    await (await extension?.activate())?.getAPI(1).openRepository(folder());
    const shown = await vscode.workspace.openTextDocument(earlier);
    await vscode.languages.setTextDocumentLanguage(shown, "lua");
    assert.strictEqual(shown.getText(), document.getText());
    const hovers = (uri: vscode.Uri): Thenable<vscode.Hover[]> =>
      vscode.commands.executeCommand("vscode.executeHoverProvider", uri, new vscode.Position(0, 1));
    assert.strictEqual((await hovers(document.uri)).length, 1);
    assert.strictEqual((await hovers(shown.uri)).length, 0);
    assert.deepStrictEqual(vscode.languages.getDiagnostics(shown.uri), []);
  });
});
