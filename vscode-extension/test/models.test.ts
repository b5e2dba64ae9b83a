import * as assert from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import type { Runtime } from "../src/runtime";
import { MODELS } from "../src/views/models";
import type { Entry } from "../src/views/view";
import { answer, asked, offered } from "./answers";
import { folder, openMarked, until } from "./editor";
import { answerWith, messages } from "./messages";
import { processes } from "./processes";
import { entries, treeOf } from "./trees";

// HF_ENDPOINT is a hub with one repository, which stops after 300 000 bytes when it is first asked.
const REPOSITORY = "someone/Tiny-GGUF";
const SPECIFIER = "local/tiny-Q4_K_M";
const PULL = "llmspell.models.pull";

/** Pulls what is written into the box; gives what the notification said of its progress. */
async function pulled(text: string, cancelAt = ""): Promise<string[]> {
  const window = vscode.window as unknown as Record<string, unknown>;
  const original = window["withProgress"];
  const said: string[] = [];
  window["withProgress"] = async (
    { title }: vscode.ProgressOptions,
    task: (progress: unknown, token: vscode.CancellationToken) => Promise<unknown>,
  ) => {
    const source = new vscode.CancellationTokenSource();
    said.push(title ?? "");
    const report = ({ message }: { message: string }): void => {
      said.push(message);
      if (message === cancelAt && cancelAt !== "") {
        source.cancel();
      }
    };
    return task({ report }, source.token);
  };
  answer({ typed: [text], choose: ({ label }) => label.endsWith("Another model…") });
  try {
    await vscode.commands.executeCommand(PULL);
  } finally {
    window["withProgress"] = original;
  }
  return said;
}

async function model(): Promise<Entry> {
  return (await entries(treeOf(MODELS))).get(SPECIFIER) ?? assert.fail(`${SPECIFIER} is there`);
}

/** A program in place of llmspell that answers this. */
function answering(providers: unknown[]): Runtime {
  const bin = fs.mkdtempSync(path.join(folder().fsPath, "fake-"));
  fs.writeFileSync(path.join(bin, "answer.json"), JSON.stringify({ providers }));
  fs.writeFileSync(path.join(bin, "llmspell"), `#!/bin/sh\ncat ${bin}/answer.json\n`);
  fs.chmodSync(path.join(bin, "llmspell"), 0o755);
  return { folder: bin, version: "" };
}

describe("the view Models", () => {
  before(async () => {
    await openMarked("hello.lua", "print(1)\n");
    await vscode.extensions.getExtension("llmspell.llmspell")?.activate();
  });

  beforeEach(() => {
    answerWith("");
    answer({});
  });

  it("is empty, for its welcome, where nothing is installed or set up", async () => {
    const bare = { type: "local", backend: "candle", configured: false, folders: [], models: [] };
    const ollama = { ...bare, provider: "ollama", usable: false, reason: "it does not answer" };
    const local = { ...bare, provider: "local", usable: true };
    assert.strictEqual((await entries(treeOf(MODELS, answering([local, ollama])))).size, 0);
    const without = { ...local, usable: false, reason: "it needs llama_cpp" };
    const found = await entries(treeOf(MODELS, answering([without, ollama])));
    assert.strictEqual(found.get("provider:local")?.description, "it needs llama_cpp");
  });

  it("ends a pull that is cancelled, and goes on with it at the next", async () => {
    const cancelled = await pulled(REPOSITORY, "29 % of 1 MB");
    assert.deepStrictEqual(cancelled.slice(0, 2), [`Pulling ${REPOSITORY}`, ""]);
    assert.strictEqual(cancelled.at(-1), "29 % of 1 MB");
    await until("it has ended", () => processes("model pull").length === 0);
    assert.ok(!(await entries(treeOf(MODELS))).has(SPECIFIER));
    assert.deepStrictEqual(messages, []);
    const finished = await pulled(REPOSITORY);
    assert.ok(finished.includes("100 % of 1 MB"), `${finished}`);
    assert.ok(finished.includes("checking"), `${finished}`);
    assert.deepStrictEqual(messages, ["tiny-Q4_K_M is installed."]);
  });

  it("lists models of this machine with what is known of them", async () => {
    const tree = treeOf(MODELS);
    const found = await entries(tree);
    const [local, entry] = [found.get("provider:local"), found.get(SPECIFIER)];
    assert.ok(local && entry);
    assert.strictEqual(local.kind, "store");
    assert.match(local.description ?? "", /^\d+\.\d+\.\d+ · 1$/);
    const item = tree.getTreeItem(entry);
    assert.strictEqual(item.contextValue, "installed");
    assert.strictEqual(item.accessibilityInformation?.label, `${SPECIFIER}: 1 MB`);
    assert.match((item.tooltip as vscode.MarkdownString).value, /- File: .*tiny-Q4_K_M\.gguf/);
    const { Expanded } = vscode.TreeItemCollapsibleState;
    assert.strictEqual(tree.getTreeItem(local).collapsibleState, Expanded);
  });

  it("says of a provider that cannot be used why, and what to do", async () => {
    const ollama = (await entries(treeOf(MODELS))).get("provider:ollama") ?? assert.fail();
    assert.match(ollama.description ?? "", /^Ollama does not answer at .*; install it with/);
    assert.match(ollama.spoken, /^provider ollama: Ollama does not answer/);
    assert.strictEqual(ollama.kind, "provider");
  });

  it("lists what hosted providers have, which cannot be removed", async () => {
    const hosted = {
      ...{ specifier: "openai/gpt", id: "gpt", size_bytes: 0, loaded: false },
      ...{ context_length: 128000, capabilities: ["tools", "vision"] },
    };
    const provider = { provider: "openai", type: "openai", configured: true, usable: true, folders: [] };
    const tree = treeOf(MODELS, answering([{ ...provider, models: [hosted] }]));
    const entry = (await entries(tree)).get("openai/gpt") ?? assert.fail();
    assert.strictEqual(entry.description, "128000 tokens");
    assert.match(entry.tooltip ?? "", /- Can do: tools, vision/);
    assert.strictEqual(entry.kind, "hosted");
    assert.strictEqual(entry.opens, undefined);
  });

  it("copies the name that spells use", async () => {
    await vscode.commands.executeCommand("llmspell.models.copy", await model());
    assert.strictEqual(await vscode.env.clipboard.readText(), SPECIFIER);
  });

  for (const [name, before, after] of [
    ["bare", "agent:model(¦)", `agent:model("${SPECIFIER}")`],
    ["double", 'agent:model("¦")', `agent:model("${SPECIFIER}")`],
    ["single", "x = '¦'", `x = '${SPECIFIER}'`],
  ] as const) {
    it(`inserts it into ${before}`, async () => {
      const { document, at } = await openMarked(`${name}.lua`, before);
      const editor = await vscode.window.showTextDocument(document);
      editor.selection = new vscode.Selection(at, at);
      await vscode.commands.executeCommand("llmspell.models.insert", await model());
      assert.strictEqual(document.getText(), after);
    });
  }

  it("opens what is known of a model", async () => {
    await vscode.commands.executeCommand("llmspell.models.info", await model());
    const { document } = vscode.window.activeTextEditor ?? assert.fail("an editor is open");
    assert.strictEqual(JSON.parse(document.getText()).id, "tiny-Q4_K_M");
  });

  it("offers the models of the catalogue, which are for llama.cpp", async () => {
    answer({ choose: ({ label }) => label.endsWith("qwen2.5-0.5b-instruct") });
    await vscode.commands.executeCommand(PULL);
    const line = offered.find(({ label }) => label.endsWith("qwen2.5-0.5b-instruct"));
    assert.match(line?.description ?? "", /^chat · 0\.5B · \d+ MB · /);
    assert.match(messages[0] ?? "", /has no repository 'Qwen\/Qwen2\.5-0\.5B-Instruct-GGUF'/);
  });

  it("takes a file of this machine", async () => {
    const source = path.join(folder().fsPath, "own model.gguf");
    fs.writeFileSync(source, Buffer.concat([Buffer.from("GGUF\x03\0\0\0"), Buffer.alloc(16)]));
    Object.assign(vscode.window, { showOpenDialog: async () => [vscode.Uri.file(source)] });
    answer({ choose: ({ label }) => label.endsWith("A file of this machine…") });
    await vscode.commands.executeCommand(PULL);
    assert.deepStrictEqual(messages, ["own model is installed."]);
    assert.ok((await entries(treeOf(MODELS))).has("local/own model"));
  });

  it("says why a pull failed, and does nothing where it is given up", async () => {
    await pulled("someone/nothing");
    assert.match(messages[0] ?? "", /has no repository 'someone\/nothing' that can be read/);
    assert.match(String(asked[0]?.validateInput?.("two words")), /without spaces/);
    messages.length = 0;
    answer({ choose: ({ label }) => label.endsWith("Another model…") });
    await vscode.commands.executeCommand(PULL);
    assert.deepStrictEqual(messages, []);
  });

  it("removes a model after a question", async () => {
    const entry = await model();
    await vscode.commands.executeCommand("llmspell.models.remove", entry);
    assert.deepStrictEqual(messages, ["Remove the model “tiny-Q4_K_M” (1 MB) from the disk?"]);
    assert.ok((await entries(treeOf(MODELS))).has(SPECIFIER));
    answerWith("Remove");
    await vscode.commands.executeCommand("llmspell.models.remove", entry);
    assert.ok(!(await entries(treeOf(MODELS))).has(SPECIFIER));
  });
});
