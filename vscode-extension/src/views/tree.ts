import * as vscode from "vscode";
import type { CommandLine } from "../commandLine";
import type { Place, Places } from "./place";
import type { Entry, View } from "./view";

/** A view as VS Code's tree: asks the command line when it is shown, and when it is refreshed. */
export class Tree implements vscode.TreeDataProvider<Entry> {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;

  /** Where the entries that are shown come from. */
  place: Place;

  /** What stands above the entries, in place of them when there are none: an error. */
  problem = "";

  /** What stands beside the title. */
  summary = "";

  private readonly told = new vscode.EventEmitter<undefined>();

  /** There is another problem or summary. */
  readonly onDidAsk = this.told.event;

  constructor(
    readonly view: View,
    private readonly commandLine: CommandLine,
    private readonly places: Places,
  ) {
    this.place = places.current;
  }

  /** Asks anew, now or when the view is next visible. */
  refresh(): void {
    this.changed.fire(undefined);
  }

  getTreeItem(entry: Entry): vscode.TreeItem {
    const { None, Collapsed } = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(entry.label, entry.entries === undefined ? None : Collapsed);
    item.id = entry.id;
    item.iconPath = new vscode.ThemeIcon(entry.icon);
    item.contextValue = entry.kind;
    item.accessibilityInformation = { label: entry.spoken };
    if (entry.description !== undefined) {
      item.description = entry.description;
    }
    if (entry.tooltip !== undefined) {
      item.tooltip = new vscode.MarkdownString(entry.tooltip);
    }
    if (entry.opens !== undefined) {
      item.command = { command: entry.opens, title: entry.label, arguments: [entry] };
    }
    return item;
  }

  async getChildren(entry?: Entry): Promise<Entry[]> {
    return [...(entry === undefined ? await this.asked() : (entry.entries ?? []))];
  }

  private async asked(): Promise<readonly Entry[]> {
    const { view } = this;
    let entries: readonly Entry[] = [];
    this.place = this.places.current;
    this.problem = this.summary = "";
    try {
      const output = await this.commandLine.output(view.ask(this.place), this.place.folder);
      if (output !== undefined) {
        const answer: unknown = JSON.parse(output);
        entries = view.entries(answer);
        this.summary = view.summary?.(answer) ?? "";
      }
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
    this.told.fire(undefined);
    return entries;
  }
}
