import * as vscode from "vscode";
import { CommandLine } from "../commandLine";
import type { Installation } from "../installation";
import { SpellCoverage } from "./coverage";
import { Running } from "./running";
import { isRead, TestTree } from "./tree";

/** Milliseconds that it has to be quiet before files are looked for again. */
const QUIET = 300;

/** Adds the tests of spells to VS Code's view Testing, which runs them by `llmspell test`. */
export function addTesting(
  context: vscode.ExtensionContext,
  installation: Installation,
  log: vscode.LogOutputChannel,
): void {
  const controller = vscode.tests.createTestController("llmspell", "llmspell");
  const commandLine = new CommandLine(installation, log);
  const tree = new TestTree(controller, commandLine, log);
  const running = new Running(tree, commandLine);
  controller.resolveHandler = (item) => (item === undefined ? tree.find() : tree.read([item]));
  controller.refreshHandler = () => tree.find();
  const { Run, Coverage } = vscode.TestRunProfileKind;
  const add = (label: string, kind: vscode.TestRunProfileKind): vscode.TestRunProfile =>
    controller.createRunProfile(
      label,
      kind,
      (request, token) => running.answer(request, token, kind === Coverage),
      true,
      undefined,
      true,
    );
  const covered = add(vscode.l10n.t("Run with coverage"), Coverage);
  covered.loadDetailedCoverage = async (_, file) =>
    file instanceof SpellCoverage ? file.details : [];
  context.subscriptions.push(
    controller,
    add(vscode.l10n.t("Run"), Run),
    covered,
    following(tree),
    installation.onDidSearch(() => tree.findAgain()),
    vscode.workspace.onDidOpenTextDocument((document) => opened(tree, document)),
  );
  vscode.workspace.textDocuments.forEach((document) => void opened(tree, document));
}

/** Has the cases of a file that may be a test stand beside its lines. */
async function opened(tree: TestTree, document: vscode.TextDocument): Promise<void> {
  if (document.languageId !== "lua" || !document.getText().includes("Test.")) {
    return;
  }
  await tree.all();
  const file = tree.file(document.uri);
  if (file !== undefined && !isRead(file)) {
    await tree.read([file]);
  }
}

/** Has files that come and go, and cases of those that change, known soon. */
function following(tree: TestTree): vscode.Disposable {
  let waiting: NodeJS.Timeout | undefined;
  const later = (): void => {
    clearTimeout(waiting);
    waiting = setTimeout(() => void tree.findAgain(), QUIET);
  };
  const watcher = vscode.workspace.createFileSystemWatcher("**/*.lua");
  watcher.onDidCreate(later);
  watcher.onDidDelete(later);
  watcher.onDidChange((uri) => {
    const file = tree.file(uri);
    if (file !== undefined && isRead(file)) {
      void tree.read([file]);
    }
  });
  return vscode.Disposable.from(watcher, { dispose: () => clearTimeout(waiting) });
}
