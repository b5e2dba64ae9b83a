import * as assert from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";

/** The workspace that the tests run in. */
export function folder(): vscode.Uri {
  const first = vscode.workspace.workspaceFolders?.[0];
  assert.ok(first, "a folder is open");
  return first.uri;
}

/** A document with a `¦` in its text, opened in an editor: the document, and where the mark was. */
export async function openMarked(
  name: string,
  marked: string,
): Promise<{ document: vscode.TextDocument; at: vscode.Position }> {
  const file = path.join(folder().fsPath, name);
  const offset = marked.indexOf("¦");
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, marked.replace("¦", ""));
  const document = await vscode.workspace.openTextDocument(file);
  await vscode.window.showTextDocument(document);
  return { document, at: document.positionAt(Math.max(offset, 0)) };
}

/** The first true value of what is asked again and again; an error with the question after a time. */
export async function until<T>(
  question: string,
  ask: () => T | PromiseLike<T>,
  milliseconds = 30_000,
): Promise<Exclude<T, false | "" | null | undefined>> {
  for (const started = Date.now(); Date.now() - started < milliseconds; ) {
    const answer = await ask();
    if (answer) {
      return answer as Exclude<T, false | "" | null | undefined>;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not within ${milliseconds / 1000} s: ${question}`);
}

/** Labels of what completion offers at a place. */
export async function completions(
  document: vscode.TextDocument,
  at: vscode.Position,
): Promise<string[]> {
  const found = await vscode.commands.executeCommand<vscode.CompletionList>(
    "vscode.executeCompletionItemProvider",
    document.uri,
    at,
  );
  return found.items.map(({ label }) => (typeof label === "string" ? label : label.label));
}
