import * as path from "node:path";
import * as vscode from "vscode";
import { isTrusted } from "../trust";
import type { CommandLine } from "../commandLine";
import type { Documents } from "./documents";
import type { Place, Places } from "./place";
import type { Tree } from "./tree";
import { Forms } from "./form";
import type { Schema } from "./schema";
import {
  type Action,
  type Copy,
  type Entry,
  type Fill,
  type Insert,
  type Run,
  type Show,
  size,
  type Step,
  type Visit,
  type Work,
} from "./view";

/** Carries out the actions of views. */
export class Actions {
  private readonly forms = new Forms();

  constructor(
    private readonly commandLine: CommandLine,
    private readonly documents: Documents,
    private readonly places: Places,
  ) {}

  /** An action for an entry; one for entries that is given none lets it be picked. */
  async perform(tree: Tree, action: Action, given: Entry | undefined): Promise<void> {
    if (!(await isTrusted())) {
      return;
    }
    const entry = given ?? (await picked(tree, action.kinds));
    if (entry === undefined && action.kinds.length > 0) {
      return;
    }
    // What is picked or given comes from where the tree does; the rest is about the present.
    const place = entry === undefined ? this.places.current : tree.place;
    try {
      if ("run" in action) {
        await this.run(action, entry, place);
        tree.refresh();
      } else if ("work" in action) {
        await this.work(action, place);
        tree.refresh();
      } else if (entry !== undefined) {
        await this.use(action, entry, place);
      }
    } catch (error) {
      void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    }
  }

  private async use(action: Show | Insert | Copy | Fill | Visit, entry: Entry, place: Place): Promise<void> {
    if ("show" in action) {
      await this.show(action, entry, place);
    } else if ("form" in action) {
      await this.fill(action, entry, place);
    } else if ("visit" in action) {
      const { uri, line, character } = action.visit(entry);
      const selection = new vscode.Range(line, character, line, character);
      await vscode.window.showTextDocument(vscode.Uri.parse(uri), { selection });
    } else if ("copy" in action) {
      await vscode.env.clipboard.writeText(action.copy(entry));
    } else {
      await insert(action, entry);
    }
  }

  private async run(action: Run, entry: Entry | undefined, place: Place): Promise<void> {
    const file = action.file === undefined ? "" : await fileToWrite(action.file, place);
    if (file === undefined || !(await isConfirmed(action, entry))) {
      return;
    }
    await this.commandLine.output(action.run(entry, place, file), place.folder);
    if (file !== "") {
      await vscode.window.showTextDocument(vscode.Uri.file(file));
    }
  }

  private async work(action: Work, { folder }: Place): Promise<void> {
    const about = await action.about((args) => this.commandLine.output(args, folder));
    if (about === undefined) {
      return;
    }
    let last: Step | undefined;
    const printed = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: action.title(about),
        cancellable: true,
      },
      (progress, token) => {
        const onLine = (line: string): void => {
          const step: Step = JSON.parse(line);
          const increment = step.percent_complete - (last?.percent_complete ?? 0);
          progress.report({ message: told(step), increment });
          last = step;
        };
        return this.commandLine.output(action.work(about), folder, { token, onLine });
      },
    );
    if (printed !== undefined && last !== undefined) {
      void vscode.window.showInformationMessage(action.done(last));
    }
  }

  private async show(action: Show, entry: Entry, place: Place): Promise<void> {
    const text = await this.commandLine.output(action.show(entry, place), place.folder);
    if (text !== undefined) {
      await this.documents.show(action.name(entry), text);
    }
  }

  private async fill(action: Fill, entry: Entry, place: Place): Promise<void> {
    const described = await this.commandLine.output(action.form(entry, place), place.folder);
    if (described === undefined) {
      return;
    }
    const { schema } = JSON.parse(described) as { readonly schema: Schema };
    const values = await this.forms.ask(`${action.command} ${entry.id}`, entry.label, schema);
    if (values === undefined) {
      return;
    }
    const input = JSON.stringify(values);
    const text = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: entry.label, cancellable: true },
      (_, token) =>
        this.commandLine.output(action.call(entry, place), place.folder, { input, token }),
    );
    if (text !== undefined) {
      await this.documents.show(action.name(entry), text);
    }
  }
}

function told({ status, percent_complete: percent, bytes_downloaded, bytes_total }: Step): string {
  if (status === "verifying") {
    return vscode.l10n.t("checking");
  }
  if (status !== "downloading") {
    return "";
  }
  return bytes_total === undefined
    ? size(bytes_downloaded)
    : vscode.l10n.t("{0} % of {1}", Math.floor(percent), size(bytes_total));
}

async function picked(tree: Tree, kinds: readonly string[]): Promise<Entry | undefined> {
  if (kinds.length === 0) {
    return undefined;
  }
  const found = flat(await tree.getChildren()).filter(({ kind }) => kinds.includes(kind));
  const items = found.map((entry) => ({
    label: `$(${entry.icon}) ${entry.label}`,
    ...(entry.description === undefined ? {} : { description: entry.description }),
    entry,
  }));
  return (await vscode.window.showQuickPick(items, { matchOnDescription: true }))?.entry;
}

function flat(entries: readonly Entry[]): readonly Entry[] {
  return entries.flatMap((entry) => [entry, ...flat(entry.entries ?? [])]);
}

async function isConfirmed(action: Run, entry: Entry | undefined): Promise<boolean> {
  if (action.confirm === undefined) {
    return true;
  }
  const { question, button } = action.confirm(entry);
  const answer = await vscode.window.showWarningMessage(question, { modal: true }, button);
  return answer === button;
}

async function fileToWrite(name: string, place: Place): Promise<string | undefined> {
  const folder = place.folder ?? (place.script && path.dirname(place.script));
  const proposed = folder === undefined ? {} : { defaultUri: vscode.Uri.file(path.join(folder, name)) };
  return (await vscode.window.showSaveDialog(proposed))?.fsPath;
}

/** Into the editor that was used last; a new one where there is none. */
async function insert(action: Insert, entry: Entry): Promise<void> {
  const editor =
    vscode.window.activeTextEditor ??
    (await vscode.window.showTextDocument(
      await vscode.workspace.openTextDocument({ language: "lua" }),
    ));
  const text = action.insert(entry);
  const snippet =
    action.isText === true
      ? new vscode.SnippetString().appendText(isQuoted(editor) ? text : JSON.stringify(text))
      : new vscode.SnippetString(text);
  await editor.insertSnippet(snippet);
  await vscode.window.showTextDocument(editor.document, editor.viewColumn);
}

/** Whether what is selected, or the cursor, stands just between quotation marks. */
function isQuoted({ document, selection }: vscode.TextEditor): boolean {
  const { start, end } = selection;
  const mark = document.lineAt(start).text.charAt(start.character - 1);
  return /["']/.test(mark) && mark === document.lineAt(end).text.charAt(end.character);
}
