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

  /** Where changes would change the answer. */
  folders: readonly string[] = [];

  /** Whether somebody sees it. */
  isVisible: () => boolean = () => false;

  /** An answer that VS Code has not fetched yet. */
  private coming: Promise<readonly Entry[]> | undefined;

  /** Whether a question waits for the runtime to be found. */
  private isWaiting = false;

  /** How often was asked. */
  private times = 0;

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

  /**
   * Asks anew, now or when the view is next visible. What is shown stays until there is an answer:
   * VS Code forgets at once what it is told has changed, and buttons would be pressed for nothing.
   */
  refresh(): void {
    this.coming = undefined;
    if (!this.isVisible()) {
      this.changed.fire(undefined);
      return;
    }
    const asking = this.asked();
    this.coming = asking;
    void vscode.window.withProgress({ location: { viewId: this.view.id } }, async () => {
      await asking;
      if (this.coming === asking) {
        this.coming = this.isVisible() ? asking : undefined; // it is old when somebody sees it
        this.changed.fire(undefined);
      }
    });
  }

  /** There is another runtime, or none: asks anew, unless what was asked goes to that one anyway. */
  searched(): void {
    if (!this.isWaiting) {
      this.refresh();
    }
  }

  getTreeItem(entry: Entry): vscode.TreeItem {
    const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    const below = entry.isOpen === true ? Expanded : Collapsed;
    const item = new vscode.TreeItem(entry.label, entry.entries === undefined ? None : below);
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
    if (entry !== undefined) {
      return [...(entry.entries ?? [])];
    }
    const asking = this.coming ?? this.asked();
    this.coming = undefined;
    return [...(await asking)];
  }

  private async asked(): Promise<readonly Entry[]> {
    const time = ++this.times;
    const { view } = this;
    const place = this.places.current;
    let entries: readonly Entry[] = [];
    let [problem, summary] = ["", ""];
    let { folders } = this;
    this.isWaiting = true;
    await this.commandLine.found();
    this.isWaiting = false;
    try {
      const output = await this.commandLine.output(view.ask(place), place.folder);
      if (output !== undefined) {
        const answer: unknown = JSON.parse(output);
        entries = [...view.entries(answer), ...((await view.written?.()) ?? [])];
        summary = view.summary?.(answer) ?? "";
        folders = view.folders?.(answer) ?? [];
      }
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    if (time === this.times) {
      Object.assign(this, { place, problem, summary, folders });
      this.told.fire(undefined);
    }
    return entries;
  }
}
