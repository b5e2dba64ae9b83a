import * as assert from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { SpellCoverage } from "../src/testing/coverage";
import { Running } from "../src/testing/running";
import { TestTree } from "../src/testing/tree";
import { folder, openMarked, until } from "./editor";
import { processes } from "./processes";
import { commandLine, log } from "./trees";

const SPELL = "local function twice(x)\n  return 2 * x\nend\nif ARGS[1] then\n  print(twice(1))\nend\n";
const TESTS = `Test.describe("sums", function()
  Test.case("of two", function() Test.equal(1 + 1, 2) end)
  Test.case("of texts", function()
    print("said")
    Test.equal({ 1, 2 }, { 1, 3 }, "the list")
  end)
end)
for i = 1, 2 do Test.case("number " .. i, function() end) end
Test.case("waits", function() Test.skip("no network") end)
Test.case("runs a spell", function() Test.truthy(Test.run("twice.lua").success) end)
`;

let tree: TestTree;
let running: Running;

/** What runs of tests were told, as lines; what else they were given. */
let told: string[] = [];
let given: unknown[][] = [];

function write(name: string, text: string): string {
  const file = path.join(folder().fsPath, name);
  fs.writeFileSync(file, text);
  return file;
}

/** Keeps what is told to the runs of a controller, which VS Code gets, too. */
function overheard(controller: vscode.TestController): void {
  const create = controller.createTestRun.bind(controller);
  controller.createTestRun = (request) =>
    new Proxy(create(request), {
      get: (run, name: keyof vscode.TestRun) => {
        const member: unknown = run[name];
        return typeof member !== "function"
          ? member
          : (...args: unknown[]): unknown => {
              const [item] = args as [vscode.TestItem | undefined];
              told.push([name, item?.label].join(" ").trim());
              given.push([name, ...args]);
              return member.apply(run, args);
            };
      },
    });
}

async function run(
  items?: vscode.TestItem[],
  exclude?: vscode.TestItem[],
  isCovered = false,
): Promise<void> {
  [told, given] = [[], []];
  const { token } = new vscode.CancellationTokenSource();
  await running.answer(new vscode.TestRunRequest(items, exclude), token, isCovered);
}

/** Changes a document, and saves it. */
async function save(document: vscode.TextDocument): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, new vscode.Position(0, 0), "-- more\n");
  await vscode.workspace.applyEdit(edit);
  await document.save();
}

/** The lines that tell how cases have ended. */
function endings(): string[] {
  return told.filter((each) => /^(passed|failed|errored|skipped) /.test(each));
}

function file(name: string): vscode.TestItem {
  return tree.file(vscode.Uri.joinPath(folder(), name)) ?? assert.fail(name);
}

describe("tests of spells", () => {
  before(async () => {
    write("twice.lua", SPELL);
    write("good_test.lua", TESTS);
    write("broken_test.lua", "\nbroken()\n");
    const controller = vscode.tests.createTestController("tried", "tried");
    overheard(controller);
    tree = new TestTree(controller, commandLine(), log);
    running = new Running(tree, commandLine());
    await tree.find();
  });

  it("are found, and their cases where they are asked for", async () => {
    assert.deepStrictEqual(tree.files.map(({ label }) => label), ["broken_test.lua", "good_test.lua"]);
    assert.strictEqual(file("good_test.lua").children.size, 0);
    await tree.read(tree.files);
    const cases = [...tree.casesIn(file("good_test.lua"))];
    assert.deepStrictEqual(
      cases.map(([name, { range }]) => `${name}: ${range?.start.line}`).sort(),
      [
        "number 1: 7", "number 2: 7", "runs a spell: 9", "sums > of texts: 2", "sums > of two: 1",
        "waits: 8",
      ],
    );
    assert.match(String(file("broken_test.lua").error), /broken/);
  });

  it("are run, with how each has ended", async () => {
    await run();
    assert.deepStrictEqual(endings(), [
      "errored broken_test.lua", "passed of two", "failed of texts", "passed number 1",
      "passed number 2", "skipped waits", "passed runs a spell",
    ]);
    assert.ok(told.indexOf("started of texts") > told.indexOf("passed of two"));
    const [, , failed, seconds] = given.find(([name]) => name === "failed") ?? [];
    const { message, expectedOutput, actualOutput, location } = failed as vscode.TestMessage;
    assert.match(String(message), /^the list\nthe tables differ/);
    assert.deepStrictEqual([expectedOutput, actualOutput], ["{\n  1,\n  3\n}", "{\n  1,\n  2\n}"]);
    assert.deepStrictEqual(
      [location?.uri.fsPath, location?.range.start.line],
      [path.join(folder().fsPath, "good_test.lua"), 4],
    );
    assert.strictEqual(typeof seconds, "number");
    const output = given.filter(([name]) => name === "appendOutput");
    const own = output.filter(([, , , item]) => (item as vscode.TestItem).label === "of texts");
    assert.match(own.map(([, text]) => text).join(""), /^✗ sums > of texts\r\nsaid\r\nthe list\r\n/);
  });

  it("are run one by one, by groups, and without some", async () => {
    const good = file("good_test.lua");
    const cases = tree.casesIn(good);
    await run([cases.get("number 2") ?? assert.fail()]);
    assert.deepStrictEqual(endings(), ["passed number 2"]);
    const group = cases.get("sums > of two")?.parent ?? assert.fail();
    await run([group]);
    assert.deepStrictEqual(endings(), ["passed of two", "failed of texts"]);
    await run([good], [group, cases.get("waits") ?? assert.fail()]);
    assert.deepStrictEqual(endings(), ["passed number 1", "passed number 2", "passed runs a spell"]);
  });

  it("are run again at each save, until that is ended", async () => {
    const wanted = [tree.casesIn(file("good_test.lua")).get("number 1") ?? assert.fail()];
    const { document } = await openMarked("saved.lua", "");
    const ending = new vscode.CancellationTokenSource();
    [told, given] = [[], []];
    const request = new vscode.TestRunRequest(wanted, undefined, undefined, true);
    await running.answer(request, ending.token, false);
    assert.deepStrictEqual(told, []);
    await save(document);
    await until("the case is run", () => told.includes("end"));
    assert.deepStrictEqual(endings(), ["passed number 1"]);
    ending.cancel();
    await save(document);
    await run(wanted);
    assert.deepStrictEqual(endings(), ["passed number 1"]);
  });

  it("tell which lines of spells were executed", async () => {
    await run([file("good_test.lua")], [], true);
    const [, found] = given.find(([name]) => name === "addCoverage") ?? [];
    assert.ok(found instanceof SpellCoverage);
    assert.strictEqual(found.uri.fsPath, path.join(folder().fsPath, "twice.lua"));
    const lines = found.details.map(({ location, executed }) => [
      (location as vscode.Position).line, Number(executed),
    ]);
    assert.deepStrictEqual(lines, [[0, 1], [1, 0], [3, 1], [4, 0]]);
    assert.deepStrictEqual({ ...found.statementCoverage }, { covered: 2, total: 4 });
  });

  it("say why they could not be run", async () => {
    const good = file("good_test.lua");
    const config = write("llmspell.toml", "[debug\n");
    await run([good]);
    fs.rmSync(config);
    const [, item, message] = given.find(([name]) => name === "errored") ?? [];
    assert.strictEqual(item, good);
    assert.match(String((message as vscode.TestMessage).message), /llmspell\.toml/);
  });

  it("stand beside the lines of a file that is opened, where VS Code runs them", async () => {
    const marker = path.join(folder().fsPath, "marker");
    const writes = `io.open(${JSON.stringify(marker)}, "w"):close()`;
    await openMarked("opened_test.lua", `Test.case("now", function() ${writes} end)\n`);
    await until("its tests are run", async () => {
      await vscode.commands.executeCommand("testing.runCurrentFile");
      return fs.existsSync(marker);
    });
  });

  it("are found when they come later, and can be cancelled", async () => {
    const marker = path.join(folder().fsPath, "marker-of-late");
    const waits = `io.open(${JSON.stringify(marker)}, "w"):close() while true do end`;
    write("late_test.lua", `Test.case("late", function() ${waits} end)\n`);
    const again = async (): Promise<void> => {
      while (!fs.existsSync(marker)) {
        await vscode.commands.executeCommand("testing.runAll");
      }
    };
    const all = again();
    await until("the case runs", () => fs.existsSync(marker));
    assert.notDeepStrictEqual(processes("llmspell test"), []);
    await vscode.commands.executeCommand("testing.cancelRun");
    await until("nothing runs", () => processes("llmspell test").length === 0);
    await all;
  });
});
