import * as assert from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { cleared, endAfter, listen } from "./debuggee";
import { completions, folder, openMarked, until } from "./editor";

/** Labels of what is offered at the mark, once a certain one is among them. */
async function offered(name: string, marked: string, wanted: string): Promise<string[]> {
  const { document, at } = await openMarked(name, marked);
  return until(`${wanted} is offered`, async () => {
    const labels = await completions(document, at);
    return labels.includes(wanted) && labels;
  });
}

/** The problem of a document whose message matches, once there is one. */
function problem(document: vscode.TextDocument, message: RegExp): Promise<vscode.Diagnostic> {
  return until(`a problem ${message}`, () =>
    vscode.languages.getDiagnostics(document.uri).find((each) => message.test(each.message)),
  );
}

/** Waits until a document has no problems. */
async function noProblems(document: vscode.TextDocument): Promise<void> {
  const { uri } = document;
  await until("no problems", () => vscode.languages.getDiagnostics(uri).length === 0);
}

/** Replaces a part of a document's text, as by typing. */
async function replace(document: vscode.TextDocument, old: string, by: string): Promise<void> {
  const offset = document.getText().indexOf(old);
  const start = document.positionAt(offset);
  const edit = new vscode.WorkspaceEdit();
  const range = new vscode.Range(start, document.positionAt(offset + old.length));
  edit.replace(document.uri, range, by);
  assert.ok(await vscode.workspace.applyEdit(edit));
}

/** Does a quick fix: the one whose title has a word in it. */
async function fix(
  document: vscode.TextDocument,
  { range }: vscode.Diagnostic,
  word: string,
): Promise<void> {
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    "vscode.executeCodeActionProvider",
    document.uri,
    range,
    vscode.CodeActionKind.QuickFix.value,
    10, // so many are resolved
  );
  const action = actions.find(({ title }) => title.includes(word));
  assert.ok(action?.edit, `no fix with ${word} in ${actions.map(({ title }) => title)}`);
  assert.ok(await vscode.workspace.applyEdit(action.edit));
}

/** What a hover says, as text. */
async function hover(document: vscode.TextDocument, at: vscode.Position): Promise<string> {
  const found = await vscode.commands.executeCommand<vscode.Hover[]>(
    "vscode.executeHoverProvider",
    document.uri,
    at,
  );
  return found
    .flatMap(({ contents }) => contents)
    .map((each) => (typeof each === "string" ? each : each.value))
    .join("\n");
}

describe("completion in a spell", () => {
  it("begins when a Lua file is opened", async () => {
    await openMarked("activates.lua", "print(1)\n");
    const extension = vscode.extensions.getExtension("llmspell.llmspell");
    assert.ok(extension);
    await until("the extension is active", () => extension.isActive);
  });

  it("offers members of the globals", async () => {
    const found = await offered("members.lua", "State.¦\n", "save");
    assert.ok(found.includes("load"), found.join(" "));
  });

  it("offers what a string may say", async () => {
    const found = await offered("strings.lua", 'Debug.setLevel("¦")\n', "warn");
    assert.ok(found.includes("trace"), found.join(" "));
  });

  it("offers the keys of a parameter", async () => {
    const found = await offered("keys.lua", "Debug.stackTrace({ ¦ })\n", "capture_locals");
    assert.ok(found.includes("max_depth"), found.join(" "));
  });
});

describe("problems of a spell", () => {
  it("appear, and vanish when they are gone", async () => {
    const { document } = await openMarked("problems.lua", "local count = 1\nprint(cuont)\n");
    const found = await problem(document, /cuont/);
    assert.strictEqual(document.getText(found.range), "cuont");
    await replace(document, "cuont", "count");
    await noProblems(document);
  });

  it("are put right by a quick fix", async () => {
    const { document } = await openMarked("fixed.lua", 'Debug.setLevel("wran")\n');
    await fix(document, await problem(document, /wran/), "warn");
    assert.strictEqual(document.getText(), 'Debug.setLevel("warn")\n');
    await noProblems(document);
  });
});

describe("moving and changing code", () => {
  const MODULE = "local shapes = {}\n\nfunction shapes.area(side)\n  return side * side\nend\n\nreturn shapes\n";
  const USER = 'local shapes = require("shapes")\nprint(shapes.ar¦ea(2))\n';

  it("explains a global", async () => {
    const { document, at } = await openMarked("explained.lua", 'State.sa¦ve("global", "k", 1)\n');
    const text = await until("a hover", () => hover(document, at));
    assert.match(text, /State\.save/);
    assert.match(text, /scope/);
  });

  it("finds the definition in another file, and renames in both", async () => {
    const { document: module } = await openMarked("shapes.lua", MODULE);
    const { document, at } = await openMarked("user.lua", USER);
    const definition = await until("a definition", async () => {
      const found = await vscode.commands.executeCommand<
        (vscode.Location | vscode.LocationLink)[]
      >("vscode.executeDefinitionProvider", document.uri, at);
      return found[0];
    });
    const uri = "targetUri" in definition ? definition.targetUri : definition.uri;
    assert.strictEqual(path.basename(uri.fsPath), "shapes.lua");
    const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit>(
      "vscode.executeDocumentRenameProvider",
      document.uri,
      at,
      "surface",
    );
    assert.ok(await vscode.workspace.applyEdit(edit));
    assert.strictEqual(module.getText(), MODULE.replace("area", "surface"));
    assert.match(document.getText(), /shapes\.surface\(2\)/);
    await vscode.workspace.saveAll();
  });

  it("formats", async () => {
    const { document } = await openMarked("formatted.lua", "if  x then\nprint( 1 )\nend\n");
    await until("the text is formatted", async () => {
      await vscode.commands.executeCommand("editor.action.formatDocument");
      return document.lineAt(0).text === "if x then";
    });
    assert.strictEqual(document.lineAt(1).text, "    print(1)"); // VS Code's own indentation
    await document.save();
  });

  it("runs the spell by the lens above it", async () => {
    const listening = listen();
    const { document } = await openMarked("run.lua", 'print("run")\nos.exit(7)\n');
    const lens = await until("the lens", async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        "vscode.executeCodeLensProvider",
        document.uri,
      );
      return found.find(({ command }) => command?.command === "llmspell.run")?.command;
    });
    const code = await endAfter(() =>
      vscode.commands.executeCommand(lens.command, ...(lens.arguments ?? [])),
    );
    assert.strictEqual(code, 7);
    await cleared();
    listening.dispose();
  });
});

describe("llmspell.toml", () => {
  it("completes keys", async () => {
    const found = await offered("llmspell.toml", "[tools.system]\nal¦", "allowed_commands");
    assert.ok(found.length > 0);
  });

  it("is checked, and put right by a quick fix", async () => {
    const file = path.join(folder().fsPath, "llmspell.toml");
    const document = await vscode.workspace.openTextDocument(file);
    await replace(document, "[tools.system]\nal", '[debug]\nlevl = "info"');
    await fix(document, await problem(document, /did you mean 'level'/), "level");
    await noProblems(document);
    assert.strictEqual(document.getText(), '[debug]\nlevel = "info"');
    await document.save();
    fs.rmSync(file);
  });
});
