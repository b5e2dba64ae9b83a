import * as vscode from "vscode";
import type { Place } from "./place";

/**
 * A view of the side bar, as data: what the command line is asked, and how its answer is shown.
 * Nothing here knows anything about spells that the command line does not say.
 */
export interface View<Answer = unknown> {
  /** As in `contributes.views`. `<id>.refresh` is its command for asking anew. */
  readonly id: string;
  /** Arguments of `llmspell`, which answers in JSON. */
  readonly ask: (place: Place) => readonly string[];
  /** The answer as a tree. */
  readonly entries: (answer: Answer) => readonly Entry[];
  /** Further entries, which the language server knows of what is written in the workspace. */
  readonly written?: () => Promise<readonly Entry[]>;
  /** What stands beside the title of the view. */
  readonly summary?: (answer: Answer) => string;
  /** Whether the answer depends on the spell in the editor, and changes when a spell has run. */
  readonly followsSpells?: boolean;
  /** Whether it changes with the configuration, what is installed, and, if `written`, with spells. */
  readonly followsConfiguration?: boolean;
  /** Folders that it is asked anew for when models come into them or leave them. */
  readonly folders?: (answer: Answer) => readonly string[];
  /** Commands for its entries. */
  readonly actions: readonly Action[];
}

/** A line of a view. */
export interface Entry {
  /** Unique in its view and the same after a refresh, so that what was open stays open. */
  readonly id: string;
  readonly label: string;
  /** Stands after the label, less prominent. */
  readonly description?: string;
  /** Markdown. */
  readonly tooltip?: string;
  /** Name of a codicon. */
  readonly icon: string;
  /** What it is: menus in `package.json` ask for it (`viewItem == function`). */
  readonly kind: string;
  /** What a screen reader says: a sentence that does without the icon and the lines above. */
  readonly spoken: string;
  /** Command of a click or Enter; it is given the entry. */
  readonly opens?: string;
  /** The lines below it. */
  readonly entries?: readonly Entry[];
  /** Whether they are shown at first. */
  readonly isOpen?: boolean;
  /** What the view's actions need to know of it. */
  readonly data: Readonly<Record<string, string>>;
}

/** A line of Markdown where only text can be shown. */
export function plain(markdown: string): string {
  return markdown.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll("`", "");
}

/** Bytes as people read them: `491 MB`, `4.7 GB`. */
export function size(bytes: number): string {
  return bytes < 1e9
    ? vscode.l10n.t("{0} MB", Math.max(Math.round(bytes / 1e6), 1))
    : vscode.l10n.t("{0} GB", (bytes / 1e9).toFixed(1));
}

/** What `llmspell` prints; undefined where it cannot be run. */
export type Output = (args: readonly string[]) => Promise<string | undefined>;

/** A line of `llmspell model pull --progress`. */
export interface Step {
  readonly model_id: string;
  readonly status: string;
  readonly percent_complete: number;
  readonly bytes_downloaded: number;
  readonly bytes_total?: number;
}

/** What all actions have. */
interface Command {
  /** As in `contributes.commands`. Also in the palette, where the entry is picked from a list. */
  readonly command: string;
  /** Kinds of entries that it is for; none: it is for all of the view, or for one it is given. */
  readonly kinds: readonly string[];
}

/** Runs `llmspell`, then asks the view anew. */
export interface Run extends Command {
  readonly run: (entry: Entry | undefined, place: Place, file: string) => readonly string[];
  /** A question that must be answered with the button first. */
  readonly confirm?: (entry: Entry | undefined) => { question: string; button: string };
  /** Name that is proposed for the file, which is asked for first. */
  readonly file?: string;
}

/** Runs `llmspell` and shows what it prints, Markdown as a preview. */
export interface Show extends Command {
  readonly show: (entry: Entry, place: Place) => readonly string[];
  /** Name of the document; its ending says how it is shown. */
  readonly name: (entry: Entry) => string;
}

/** Inserts text into the editor. */
export interface Insert extends Command {
  /** In the syntax of snippets. */
  readonly insert: (entry: Entry) => string;
  /** Whether it is text instead, which comes between quotation marks where there are none. */
  readonly isText?: boolean;
}

/** Puts text into the clipboard. */
export interface Copy extends Command {
  readonly copy: (entry: Entry) => string;
}

/** Asks for something, runs `llmspell` with it, shows how far that is, then asks the view anew. */
export interface Work extends Command {
  /** What is asked for; undefined where that is given up. */
  readonly about: (output: Output) => Promise<string | undefined>;
  /** Prints a line of JSON for each step. Cancelling interrupts it. */
  readonly work: (about: string) => readonly string[];
  readonly title: (about: string) => string;
  /** What is said after the last step. */
  readonly done: (last: Step) => string;
}

/** Asks for what a JSON Schema describes, runs `llmspell` with it, and shows what that prints. */
export interface Fill extends Command {
  /** Answers in JSON, with the schema as its `schema`. */
  readonly form: (entry: Entry, place: Place) => readonly string[];
  /** Reads what was given from standard input, as JSON. */
  readonly call: (entry: Entry, place: Place) => readonly string[];
  /** Name of the document. */
  readonly name: (entry: Entry) => string;
}

/** Opens a place in a file. */
export interface Visit extends Command {
  readonly visit: (entry: Entry) => { uri: string; line: number; character: number };
}

export type Action = Run | Show | Insert | Copy | Fill | Visit | Work;
