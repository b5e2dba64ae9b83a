import * as vscode from "vscode";

const CONTAINS = "workspaceContains:";

/** What the language server knows: Lua, and configurations by their names in the manifest. */
export class ServerDocuments {
  /** Not what Git or a comparison shows: nobody edits that. */
  readonly selector: readonly vscode.DocumentFilter[];

  /** Where a folder has the configuration that makes it a project. */
  private readonly project: string;

  constructor({ extension }: vscode.ExtensionContext) {
    const { activationEvents, contributes } = extension.packageJSON;
    const patterns: readonly string[] = contributes.languages[0].filenamePatterns;
    const events: readonly string[] = activationEvents;
    const names = events.filter((each) => each.startsWith(CONTAINS));
    this.project = `{${names.map((each) => each.slice(CONTAINS.length)).join(",")}}`;
    this.selector = [
      { scheme: "file", language: "lua" },
      { scheme: "untitled", language: "lua" },
      ...patterns.map((pattern) => ({ scheme: "file", pattern })),
    ];
  }

  /** Whether one is open, or a project is; else the server has nothing to do. */
  async areHere(): Promise<boolean> {
    const isOpen = vscode.workspace.textDocuments.some((each) => this.has(each));
    return isOpen || (await vscode.workspace.findFiles(this.project, null, 1)).length > 0;
  }

  /** Whether the server knows a document. */
  has(document: vscode.TextDocument): boolean {
    return vscode.languages.match(this.selector, document) > 0;
  }
}
