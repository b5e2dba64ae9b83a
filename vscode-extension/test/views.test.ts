import * as assert from "node:assert";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { VIEWS } from "../src/views";
import { API } from "../src/views/api";
import { Places } from "../src/views/place";
import { STATE } from "../src/views/state";
import type { Entry } from "../src/views/view";
import { folder, openMarked, until } from "./editor";
import { answerWith, messages } from "./messages";
import { entries, treeOf } from "./trees";

const SAVE = `
State.save("global", "runs", 3)
State.save("agent:a", "notes", { text = "ü" })
State.save("agent:a", "-x:y", "odd")
`;

/** Runs a spell that stands beside `hello.lua`, so that both have one store. */
function runSpell(text: string): void {
  const file = path.join(folder().fsPath, "saves.lua");
  fs.writeFileSync(file, text);
  execFileSync("llmspell-run", [file]);
}

describe("the side bar", () => {
  before(async () => {
    answerWith("");
    await openMarked("hello.lua", "print(1)\n");
    await vscode.extensions.getExtension("llmspell.llmspell")?.activate();
  });

  it("has each view and all of its commands in the manifest", () => {
    const manifest = vscode.extensions.getExtension("llmspell.llmspell")?.packageJSON.contributes;
    const views = manifest.views.llmspell.map(({ id }: { id: string }) => id);
    const commands = new Set(manifest.commands.map((each: { command: string }) => each.command));
    assert.deepStrictEqual(views, VIEWS.map(({ id }) => id));
    for (const { id, actions } of VIEWS) {
      for (const command of [`${id}.refresh`, ...actions.map(({ command }) => command)]) {
        assert.ok(commands.has(command), command);
      }
    }
  });

  it("has somebody behind every command of the manifest", async () => {
    const manifest = vscode.extensions.getExtension("llmspell.llmspell")?.packageJSON.contributes;
    const carriedOut = new Set(await vscode.commands.getCommands(true));
    const named = manifest.commands.map((each: { command: string }) => each.command);
    assert.deepStrictEqual(
      named.filter((command: string) => !carriedOut.has(command)),
      [],
    );
  });

  it("lists the globals with their functions", async () => {
    const tree = treeOf(API);
    const found = await entries(tree);
    const [state, save, args] = ["State", "State.save", "ARGS"].map((id) => found.get(id));
    assert.ok(state && save && args);
    assert.strictEqual(state.kind, "global");
    const item = tree.getTreeItem(save);
    assert.strictEqual(`${item.label}${item.description}`, "save(scope, key, value)");
    assert.match(item.accessibilityInformation?.label ?? "", /^State\.save: \w+/);
    assert.strictEqual(item.contextValue, "function");
    assert.strictEqual(args.entries, undefined);
  });

  it("lists the methods of the objects that functions give, and opens their documentation", async () => {
    const tree = treeOf(API);
    const debug = (await tree.getChildren()).find(({ id }) => id === "Debug");
    const timer = debug?.entries?.find(({ id }) => id === "Timer");
    const lap = timer?.entries?.find(({ id }) => id === "Timer:lap");
    assert.ok(lap);
    assert.strictEqual(`${lap.label}${lap.description}`, "lap(name)");
    assert.strictEqual(timer?.entries?.find(({ id }) => id === "Timer.id")?.kind, "property");
    await vscode.commands.executeCommand("llmspell.api.show", lap);
    const shown = await until("the text is there", () =>
      vscode.workspace.textDocuments.find(({ uri }) => uri.path === "/Timer.md"),
    );
    assert.match(shown.getText(), /Timer:?\.?lap/);
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  });

  it("keeps what it shows until there is a new answer, which it asks for once", async () => {
    const bin = fs.mkdtempSync(path.join(folder().fsPath, "fake-"));
    const asked = path.join(bin, "asked");
    const script = `echo >> ${asked}\necho '{"namespaces": [], "variables": []}'\n`;
    fs.writeFileSync(path.join(bin, "llmspell"), `#!/bin/sh\n${script}`, { mode: 0o755 });
    const tree = treeOf(API, { folder: bin, version: "" });
    tree.isVisible = () => true;
    let told = 0;
    tree.onDidChangeTreeData(() => told++);
    tree.refresh();
    tree.refresh();
    assert.strictEqual(told, 0);
    await until("it tells of the change", () => told > 0);
    assert.deepStrictEqual(await tree.getChildren(), []);
    assert.strictEqual(told, 1);
    assert.strictEqual(fs.readFileSync(asked, "utf8"), "\n\n");
  });

  it("shows no marks of Markdown where there is only text", async () => {
    const tree = treeOf(API);
    const all = [...(await entries(tree)).values()];
    const marked = all.filter(({ tooltip }) => /`.*`/.test(tooltip?.split("\n")[0] ?? ""));
    assert.ok(marked.length > 5, `${marked.length} entries have Markdown`);
    for (const entry of all.map((each) => tree.getTreeItem(each))) {
      const shown = `${entry.description ?? ""} ${entry.accessibilityInformation?.label}`;
      assert.ok(!/[`]|\]\(/.test(shown), shown);
    }
  });

  it("inserts the call of a function, with stops for its arguments", async () => {
    const { document } = await openMarked("inserted.lua", "¦");
    const save = (await entries(treeOf(API))).get("State.save");
    await vscode.commands.executeCommand("llmspell.api.insert", save);
    assert.strictEqual(document.getText(), 'State.save("scope", "key", value)');
    const editor = vscode.window.activeTextEditor;
    assert.strictEqual(editor?.document.getText(editor.selection), "scope");
  });

  it("opens the documentation of a function", async () => {
    const save = (await entries(treeOf(API))).get("State.save");
    await vscode.commands.executeCommand("llmspell.api.show", save);
    const shown = await until("the text is there", () =>
      vscode.workspace.textDocuments.find(({ uri }) => uri.path === "/State.save.md"),
    );
    assert.match(shown.getText(), /^### `State\.save\(scope, key, value\)`/);
    await until("a preview is open", () =>
      vscode.window.tabGroups.all.some(({ tabs }) =>
        tabs.some(({ label }) => label.includes("State.save.md")),
      ),
    );
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  });

  it("lets the function be picked where a command is given none", async () => {
    await openMarked("picked.lua", "¦");
    type Item = { label: string; entry: Entry };
    const window = vscode.window as unknown as Record<string, unknown>;
    const original = window["showQuickPick"];
    let labels: string[] = [];
    window["showQuickPick"] = async (items: Item[]) => {
      labels = items.map(({ label }) => label);
      return items.find(({ entry }) => entry.id === "JSON.parse");
    };
    try {
      await vscode.commands.executeCommand("llmspell.api.insert");
    } finally {
      window["showQuickPick"] = original;
    }
    assert.strictEqual(vscode.window.activeTextEditor?.document.getText(), 'JSON.parse("text")');
    assert.ok(labels.length > 50 && !labels.some((label) => label.endsWith("ARGS")), `${labels}`);
  });

  it("shows what spells have stored, by scope", async () => {
    await openMarked("hello.lua", "print(1)\n");
    runSpell(SAVE);
    const tree = treeOf(STATE);
    const scopes = await tree.getChildren();
    assert.deepStrictEqual(
      scopes.map(({ label, entries }) => [label, entries?.map((e) => [e.label, e.description])]),
      [
        ["agent:a", [["-x:y", '"odd"'], ["notes", '{"text":"ü"}']]],
        ["global", [["runs", "3"]]],
      ],
    );
    assert.match(tree.summary, /^~\/.*state\.db$/);
    const [first] = scopes;
    assert.ok(first);
    assert.strictEqual(
      tree.getTreeItem(first).accessibilityInformation?.label,
      "scope agent:a, keys: 2",
    );
  });

  it("opens a stored value", async () => {
    const notes = (await entries(treeOf(STATE))).get('["agent:a","notes"]');
    await vscode.commands.executeCommand("llmspell.state.open", notes);
    const { document } = vscode.window.activeTextEditor ?? assert.fail("an editor is open");
    assert.strictEqual(document.languageId, "json");
    assert.deepStrictEqual(JSON.parse(document.getText()), { text: "ü" });
  });

  it("stays with the spell while another document is looked at", async () => {
    const places = new Places();
    await openMarked("hello.lua", "print(1)\n");
    await openMarked("notes.md", "# Notes\n");
    assert.match(places.current.script ?? "", /hello\.lua$/);
    places.dispose();
  });

  it("follows the spell into another folder, which has a store of its own", async () => {
    await openMarked("hello.lua", "print(1)\n");
    const places = new Places();
    let moves = 0;
    places.onDidMove(() => moves++);
    await openMarked("saves.lua", "print(2)\n");
    fs.mkdirSync(path.join(folder().fsPath, "other"));
    await openMarked("other/far.lua", "print(3)\n");
    assert.strictEqual(moves, 1);
    assert.match(places.current.script ?? "", /far\.lua$/);
    assert.strictEqual((await entries(treeOf(STATE))).size, 0);
    await openMarked("hello.lua", "print(1)\n");
    assert.strictEqual(moves, 2);
    assert.ok((await entries(treeOf(STATE))).has('["global","runs"]'));
    places.dispose();
  });

  it("exports a scope to a file", async () => {
    await openMarked("hello.lua", "print(1)\n");
    const file = path.join(folder().fsPath, "exported.json");
    const window = vscode.window as unknown as Record<string, unknown>;
    const original = window["showSaveDialog"];
    window["showSaveDialog"] = async () => vscode.Uri.file(file);
    try {
      const scope = (await entries(treeOf(STATE))).get('["agent:a"]');
      await vscode.commands.executeCommand("llmspell.state.export", scope);
    } finally {
      window["showSaveDialog"] = original;
    }
    assert.deepStrictEqual(messages, []);
    const exported = JSON.stringify(JSON.parse(fs.readFileSync(file, "utf-8")));
    assert.ok(exported.includes("ü") && !exported.includes("runs"), exported);
    assert.strictEqual(vscode.window.activeTextEditor?.document.uri.fsPath, file);
  });

  it("deletes nothing before it is confirmed", async () => {
    await openMarked("hello.lua", "print(1)\n");
    answerWith("Cancel");
    const before = await entries(treeOf(STATE));
    await vscode.commands.executeCommand("llmspell.state.delete", before.get('["agent:a"]'));
    assert.deepStrictEqual(messages, ["Delete all keys of the scope “agent:a”?"]);
    assert.deepStrictEqual([...(await entries(treeOf(STATE))).keys()], [...before.keys()]);
  });

  it("deletes a key, a scope and everything", async () => {
    await openMarked("hello.lua", "print(1)\n");
    const ids = async (): Promise<string[]> => [...(await entries(treeOf(STATE))).keys()];
    const entry = async (id: string): Promise<unknown> => (await entries(treeOf(STATE))).get(id);
    runSpell('State.save("custom", "k", 1)');
    answerWith("Delete");
    const odd = '["agent:a","-x:y"]';
    await vscode.commands.executeCommand("llmspell.state.delete", await entry(odd));
    assert.ok(!(await ids()).includes(odd) && (await ids()).includes('["agent:a","notes"]'));
    await vscode.commands.executeCommand("llmspell.state.delete", await entry('["agent:a"]'));
    assert.deepStrictEqual(await ids(), [
      '["custom"]', '["custom","k"]', '["global"]', '["global","runs"]',
    ]);
    answerWith("Delete all");
    await vscode.commands.executeCommand("llmspell.state.clear");
    assert.deepStrictEqual(await ids(), []);
  });

  it("says why there is nothing to show", async () => {
    const failing = path.join(folder().fsPath, "failing");
    fs.mkdirSync(failing);
    fs.writeFileSync(path.join(failing, "llmspell"), "#!/bin/sh\necho Error: no luck >&2\nexit 1\n");
    fs.chmodSync(path.join(failing, "llmspell"), 0o755);
    const tree = treeOf(API, { folder: failing, version: "" });
    assert.deepStrictEqual(await tree.getChildren(), []);
    assert.strictEqual(tree.problem, "no luck");
  });
});
