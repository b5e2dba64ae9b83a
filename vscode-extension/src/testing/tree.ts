import * as path from "node:path";
import * as vscode from "vscode";
import type { CommandLine } from "../commandLine";

/** A file as `llmspell test --list --format json` tells it. */
interface Listed {
  readonly file: string;
  readonly cases: readonly { readonly name: string; readonly line: number }[];
  readonly error: { readonly message: string } | null;
}

/** What stands between the names of groups and of a case. */
const SEPARATOR = " > ";

/** The test files of the workspace, their groups and cases, as the view Testing shows them. */
export class TestTree {
  /** Names of cases, with those of their groups. */
  private readonly names = new WeakMap<vscode.TestItem, string>();

  /** The last search for files. */
  private finding: Promise<void> | undefined;

  /** Whether it is known where llmspell is. */
  private isFound = false;

  constructor(
    readonly controller: vscode.TestController,
    private readonly commandLine: CommandLine,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Looks for test files, and for the cases of those that are open or were read before. */
  find(): Promise<void> {
    const before = this.finding;
    this.finding = this.look(before);
    return this.finding;
  }

  /** One after the other, so that the last one has the last word. */
  private async look(before: Promise<void> | undefined): Promise<void> {
    await before?.catch(() => undefined);
    await this.commandLine.found();
    this.isFound = true;
    const folders = vscode.workspace.workspaceFolders ?? [];
    const found = (await Promise.all(folders.map((each) => this.filesIn(each)))).flat();
    this.controller.items.replace(found.map((uri) => this.file(uri) ?? this.fileItem(uri)));
    await this.read(this.files.filter((each) => isRead(each) || isOpen(each)));
  }

  /** The same where that has been done before. */
  async findAgain(): Promise<void> {
    if (this.isFound) {
      await this.find();
    }
  }

  /** All test files, which are looked for where that has not been done. */
  async all(): Promise<vscode.TestItem[]> {
    await (this.finding ?? this.find());
    return this.files;
  }

  /** The test files that are known. */
  get files(): vscode.TestItem[] {
    return [...this.controller.items].map(([, item]) => item);
  }

  /** A test file. */
  file(uri: vscode.Uri): vscode.TestItem | undefined {
    return this.controller.items.get(uri.toString());
  }

  /** The file that a group or a case stands in; of a file itself. */
  fileOf(item: vscode.TestItem): vscode.TestItem {
    return item.parent === undefined ? item : this.fileOf(item.parent);
  }

  /** The cases of a file, in a group, or the one that it is, by name. */
  casesIn(item: vscode.TestItem): Map<string, vscode.TestItem> {
    const name = this.names.get(item);
    const below = [...item.children].flatMap(([, child]) => [...this.casesIn(child)]);
    return new Map(name === undefined ? below : [[name, item]]);
  }

  /** A case of a file; made where the file has said nothing of it before. line: from 1. */
  caseOf(file: vscode.TestItem, name: string, line?: number): vscode.TestItem {
    const words = name.split(SEPARATOR);
    let above = file;
    words.slice(0, -1).forEach((word, depth) => {
      const id = `group ${words.slice(0, depth + 1).join(SEPARATOR)}`;
      above = this.child(above, id, word, line);
    });
    const found = this.child(above, `case ${name}`, words.at(-1) ?? name, line);
    this.names.set(found, name);
    if (line !== undefined) {
      at(found, line);
    }
    return found;
  }

  /** Reads the cases of files. */
  async read(files: readonly vscode.TestItem[]): Promise<void> {
    for (const [folder, own] of byFolder(files)) {
      const paths = own.map(({ uri }) => pathIn(folder, uri));
      const listed = await this.output(["--list", "--format", "json", ...paths], folder);
      for (const each of JSON.parse(listed || "[]") as Listed[]) {
        const file = this.file(uriIn(folder, each.file));
        if (file !== undefined) {
          this.take(file, each);
        }
      }
    }
  }

  private take(file: vscode.TestItem, { cases, error }: Listed): void {
    file.canResolveChildren = false;
    file.error = error?.message;
    if (error === null) {
      const names = new Set(cases.map(({ name }) => name));
      this.prune(file, names);
    }
    for (const { name, line } of [...cases].reverse()) {
      this.caseOf(file, name, line); // a group has the line of its first case
    }
  }

  /** Removes the cases that are not there any more, and groups without cases. */
  private prune(item: vscode.TestItem, names: ReadonlySet<string>): void {
    for (const [id, child] of item.children) {
      this.prune(child, names);
      const name = this.names.get(child);
      if (name === undefined ? child.children.size === 0 : !names.has(name)) {
        item.children.delete(id);
      }
    }
  }

  private child(above: vscode.TestItem, id: string, label: string, line?: number): vscode.TestItem {
    const found = above.children.get(id) ?? this.controller.createTestItem(id, label, above.uri);
    above.children.add(found);
    if (line !== undefined) {
      at(found, line);
    }
    return found;
  }

  private async filesIn(folder: vscode.WorkspaceFolder): Promise<vscode.Uri[]> {
    const listed = await this.output(["--list"], folder);
    return listed.split(/\r?\n/).flatMap((file) => (file === "" ? [] : [uriIn(folder, file)]));
  }

  private fileItem(uri: vscode.Uri): vscode.TestItem {
    const label = vscode.workspace.asRelativePath(uri);
    const item = this.controller.createTestItem(uri.toString(), label, uri);
    item.canResolveChildren = true;
    return item;
  }

  /** What `llmspell test` prints in a folder; nothing where it cannot be run. */
  private async output(args: readonly string[], folder: vscode.WorkspaceFolder): Promise<string> {
    try {
      return (await this.commandLine.output(["test", ...args], folder.uri.fsPath)) ?? "";
    } catch (error) {
      this.log.error(String(error));
      return "";
    }
  }
}

/** Whether its cases have been asked for. */
export function isRead(file: vscode.TestItem): boolean {
  return !file.canResolveChildren;
}

/** Files by the folder of the workspace in which they are run. */
export function byFolder(
  files: readonly vscode.TestItem[],
): Map<vscode.WorkspaceFolder, vscode.TestItem[]> {
  const found = new Map<vscode.WorkspaceFolder, vscode.TestItem[]>();
  for (const file of files) {
    const folder = file.uri && vscode.workspace.getWorkspaceFolder(file.uri);
    if (folder !== undefined) {
      found.set(folder, [...(found.get(folder) ?? []), file]);
    }
  }
  return found;
}

/** A path as it is given to `llmspell` in a folder. */
export function pathIn(folder: vscode.WorkspaceFolder, uri: vscode.Uri | undefined): string {
  return path.relative(folder.uri.fsPath, uri?.fsPath ?? "");
}

/** The file that `llmspell` means in a folder. */
export function uriIn(folder: vscode.WorkspaceFolder, file: string): vscode.Uri {
  return vscode.Uri.file(path.resolve(folder.uri.fsPath, file));
}

function isOpen({ uri }: vscode.TestItem): boolean {
  return vscode.workspace.textDocuments.some((each) => each.uri.toString() === uri?.toString());
}

function at(item: vscode.TestItem, line: number): void {
  item.range = new vscode.Range(line - 1, 0, line - 1, 0);
  item.sortText = String(line).padStart(9, "0");
}
