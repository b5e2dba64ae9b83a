import * as assert from "node:assert";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { TOOLS } from "../src/views/tools";
import { folder, openMarked, until } from "./editor";
import { answerWith, messages } from "./messages";
import { processes } from "./processes";
import { entries, treeOf } from "./trees";

interface Line {
  readonly label: string;
  readonly description?: string;
}

interface Box {
  readonly validateInput: (text: string) => string | undefined;
}

type Asking = Record<"showQuickPick" | "showInputBox", unknown>;

/**
 * Goes through a form as a user does: each step is the name of the line to be picked, or `=` and the
 * text to be written. Gives the names in the lists that were shown.
 */
async function filled(entry: unknown, steps: string[]): Promise<string[][]> {
  const window = vscode.window as unknown as Asking;
  const original = { ...window };
  const shown: string[][] = [];
  window.showQuickPick = async (lines: Line[]) => {
    const labels = lines.map(({ label }) => label.replace(/^\$\(\w+\) /, ""));
    shown.push(labels);
    const step = steps.shift();
    return lines[labels.findIndex((label) => label.replace(/ \*$/, "") === step)];
  };
  window.showInputBox = async ({ validateInput }: Box) => {
    for (let step = steps.shift(); step?.startsWith("="); step = steps.shift()) {
      if (validateInput(step.slice(1)) === undefined) {
        return step.slice(1);
      }
      messages.push(validateInput(step.slice(1)) ?? "");
    }
    return undefined;
  };
  try {
    await vscode.commands.executeCommand("llmspell.tools.invoke", entry);
  } finally {
    window.showQuickPick = original.showQuickPick;
    window.showInputBox = original.showInputBox;
  }
  return shown;
}

/** The text of a document that the last command has opened. */
async function opened(name: string): Promise<string> {
  const found = await until(`${name} is open`, () =>
    vscode.workspace.textDocuments.find(({ uri }) => uri.path === `/${name}`),
  );
  return found.getText();
}

describe("the view Tools", () => {
  before(async () => {
    await openMarked("hello.lua", "print(1)\n");
    await vscode.extensions.getExtension("llmspell.llmspell")?.activate();
  });

  beforeEach(async () => {
    answerWith("");
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  });

  it("lists tools by category with security level and permissions", async () => {
    const tree = treeOf(TOOLS);
    const found = await entries(tree);
    assert.strictEqual(found.get("category:filesystem")?.kind, "category");
    const tool = found.get("file-operations") ?? assert.fail();
    assert.match(tool.description ?? "", /^privileged · read, write · Reads, writes/);
    const item = tree.getTreeItem(tool);
    assert.match((item.tooltip as vscode.MarkdownString).value, /- Permissions: read, write/);
    assert.match(item.accessibilityInformation?.label ?? "", /^file-operations: Reads/);
    assert.strictEqual(item.contextValue, "tool");
  });

  it("says what a tool lacks, and does not offer to invoke it", async () => {
    const tool = { name: "t", description: "Does.", category: "c", security_level: "safe" };
    const rest = { permissions: [], switched_off: "" };
    const answer = [
      { ...tool, ...rest, missing: ["m"], install: "pip install 'llmspell[x]'" },
      { ...tool, ...rest, name: "o", missing: [], install: "", switched_off: "tools.enabled" },
    ];
    const bin = path.join(folder().fsPath, "fake");
    fs.mkdirSync(bin);
    fs.writeFileSync(path.join(bin, "answer.json"), JSON.stringify(answer));
    fs.writeFileSync(path.join(bin, "llmspell"), `#!/bin/sh\ncat ${bin}/answer.json\n`);
    fs.chmodSync(path.join(bin, "llmspell"), 0o755);
    const found = await entries(treeOf(TOOLS, { folder: bin, version: "" }));
    assert.deepStrictEqual(
      ["t", "o"].map((id) => [found.get(id)?.kind, found.get(id)?.description]),
      [
        ["unavailable", "needs m: pip install 'llmspell[x]'"],
        ["unavailable", "switched off by tools.enabled"],
      ],
    );
  });

  it("opens the schema of a tool as a document that cannot be edited", async () => {
    const tool = (await entries(treeOf(TOOLS))).get("base64-encoder");
    await vscode.commands.executeCommand("llmspell.tools.show", tool);
    const { document } = vscode.window.activeTextEditor ?? assert.fail("an editor is open");
    const { schema } = JSON.parse(document.getText());
    assert.deepStrictEqual(schema.properties.operation.enum, ["encode", "decode"]);
    assert.strictEqual(document.languageId, "json");
    assert.strictEqual(vscode.workspace.fs.isWritableFileSystem(document.uri.scheme), undefined);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), "x");
    await vscode.workspace.applyEdit(edit);
    assert.strictEqual(document.isDirty, false);
  });

  it("invokes a tool with what its form is given, and shows the answer", async () => {
    const tool = (await entries(treeOf(TOOLS))).get("base64-encoder");
    const shown = await filled(tool, [
      ...["operation", "encode", "input", "=ü", "variant", "url-safe", "Invoke"],
    ]);
    assert.deepStrictEqual(messages, []);
    assert.deepStrictEqual(shown[0], ["Invoke", "operation *"]);
    assert.deepStrictEqual(shown[1], ["encode", "decode"]);
    const answer = JSON.parse(await opened("base64-encoder/answer.json"));
    assert.strictEqual(answer.success, true);
    assert.strictEqual(answer.result.output, "w7w=");
  });

  it("asks for what an operation takes, and remembers what was given", async () => {
    const tool = (await entries(treeOf(TOOLS))).get("file-watcher");
    const shown = await filled(tool, ["operation", "watch", "max_events", "=3", "operation", "config"]);
    assert.deepStrictEqual(shown[2]?.slice(0, 3), ["Invoke", "operation *", "input *"]);
    assert.ok(shown[2]?.includes("max_events"), `${shown[2]}`);
    const again = await filled(tool, ["Invoke"]);
    assert.deepStrictEqual(again, [["Invoke", "operation *"]]);
    assert.deepStrictEqual(messages, []);
    assert.match(await opened("file-watcher/answer.json"), /"max_paths": 100/);
  });

  it("goes to what is missing, and says what a value has to be", async () => {
    const tool = (await entries(treeOf(TOOLS))).get("process-executor");
    await filled(tool, [
      ...["Invoke", "=echo", "arguments", "=hi", '={"a": 1}', '=["hi"]', "Invoke"],
    ]);
    assert.deepStrictEqual(messages, [
      "array is wanted, written as JSON",
      "array is wanted",
    ]);
    assert.match(await opened("process-executor/answer.json"), /"stdout": "hi\\n"/);
  });

  it("gives the selection of the editor to a parameter, whatever it contains", async () => {
    const { document } = await openMarked("lines.txt", "one\ntwo");
    const editor = await vscode.window.showTextDocument(document);
    editor.selection = new vscode.Selection(0, 0, 1, 3);
    const tool = (await entries(treeOf(TOOLS))).get("hash-calculator");
    await filled(tool, ["operation", "hash", "input", "The selection of the editor", "Invoke"]);
    const digest = createHash("sha256").update("one\ntwo").digest("hex");
    assert.ok((await opened("hash-calculator/answer.json")).includes(digest));
  });

  it("says why a call failed", async () => {
    const tool = (await entries(treeOf(TOOLS))).get("process-executor");
    await filled(tool, ["executable", "=no-such-program", "Invoke"]);
    assert.match(messages[0] ?? "", /no-such-program/);
  });

  it("ends a call that is cancelled", async () => {
    const tool = (await entries(treeOf(TOOLS))).get("file-watcher");
    const window = vscode.window as unknown as Record<string, unknown>;
    const original = window["withProgress"];
    const command = "tool invoke file-watcher";
    window["withProgress"] = async (
      _: vscode.ProgressOptions,
      task: (progress: unknown, token: vscode.CancellationToken) => Promise<unknown>,
    ) => {
      const source = new vscode.CancellationTokenSource();
      const done = task(undefined, source.token);
      await until("it runs", () => processes(command).length > 0);
      source.cancel();
      return done;
    };
    try {
      await filled(tool, ["operation", "watch", "input", `=["${folder().fsPath}"]`, "Invoke"]);
    } finally {
      window["withProgress"] = original;
    }
    await until("it has ended", () => processes(command).length === 0);
    assert.deepStrictEqual(messages, []);
    assert.strictEqual(vscode.window.activeTextEditor, undefined);
  });

  it("does nothing where the form is left", async () => {
    const tool = (await entries(treeOf(TOOLS))).get("uuid-generator");
    await filled(tool, []);
    assert.deepStrictEqual(messages, []);
    assert.strictEqual(vscode.window.activeTextEditor, undefined);
  });

  it("lists what spells of the workspace register, and goes there", async () => {
    await openMarked("registers.lua", 'local x = 1\nTool.register("own-tool", print)\n');
    const found = await until("the server knows it", async () =>
      (await entries(treeOf(TOOLS))).get("registered:own-tool"),
    );
    assert.strictEqual(found.description, "registers.lua");
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await vscode.commands.executeCommand("llmspell.tools.visit", found);
    const editor = vscode.window.activeTextEditor ?? assert.fail("an editor is open");
    assert.strictEqual(editor.selection.active.line, 1);
  });

  it("lists anew when the configuration changes", async () => {
    const tree = treeOf(TOOLS);
    const file = path.join(folder().fsPath, "llmspell.toml");
    const ids = async (): Promise<unknown> =>
      (await entries(tree)).get("process-executor")?.description;
    const before = await ids();
    fs.writeFileSync(file, "[tools.system]\nenabled = false\n");
    try {
      assert.notStrictEqual(await ids(), before);
    } finally {
      fs.rmSync(file);
    }
  });
});
