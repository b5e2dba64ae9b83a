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
  /** What stands beside the title of the view. */
  readonly summary?: (answer: Answer) => string;
  /** Whether the answer depends on the spell in the editor, and changes when a spell has run. */
  readonly followsSpells?: boolean;
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
  /** What the view's actions need to know of it. */
  readonly data: Readonly<Record<string, string>>;
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
}

export type Action = Run | Show | Insert;
