import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";
import { DEBUG_TYPE } from "./debugging";
import type { Installation } from "./installation";
import { debugSpell, runSpell } from "./spells";

const WALKTHROUGH = "firstSpell";
const SAMPLE = "first-spell.lua";

/** The sample of the walkthrough “Write your first spell”, and the events that end its steps. */
export class FirstSpell {
  private file: vscode.Uri | undefined;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly installation: Installation,
  ) {}

  /** Its commands; `llmspell.firstSpell.*` are those of the buttons of the walkthrough. */
  register(): vscode.Disposable {
    const command = vscode.commands.registerCommand;
    return vscode.Disposable.from(
      command("llmspell.walkthrough", async () => {
        const id = `${this.context.extension.id}#${WALKTHROUGH}`;
        await vscode.commands.executeCommand("workbench.action.openWalkthrough", id);
        await this.look();
      }),
      command("llmspell.firstSpell", () => this.open()),
      command("llmspell.firstSpell.run", () => this.run()),
      command("llmspell.firstSpell.debug", () => this.debug()),
      this.installation.onDidSearch(() => this.look()),
      vscode.debug.onDidStartDebugSession(({ type, configuration }) => {
        if (type === DEBUG_TYPE) {
          void ended(configuration["noDebug"] === true ? "run" : "debug");
        }
      }),
    );
  }

  private async look(): Promise<void> {
    if ((await this.installation.runtime()) !== undefined) {
      await ended("runtime");
    }
  }

  /** Opens the sample, in the folder or where the user says; made where it is not there yet. */
  private async open(): Promise<vscode.TextDocument | undefined> {
    this.file ??= await placeFor(SAMPLE);
    if (this.file === undefined) {
      return undefined;
    }
    if (!(await exists(this.file))) {
      const sample = vscode.Uri.joinPath(this.context.extensionUri, "walkthrough", SAMPLE);
      const { fs } = vscode.workspace;
      await fs.writeFile(this.file, await fs.readFile(sample));
    }
    const document = await vscode.workspace.openTextDocument(this.file);
    await vscode.window.showTextDocument(document, { preview: false });
    return document;
  }

  private async run(): Promise<void> {
    const document = await this.open();
    if (document !== undefined) {
      await runSpell(document.uri);
    }
  }

  /** Stops at the last line of the sample, where all of its variables have values. */
  private async debug(): Promise<void> {
    const document = await this.open();
    if (document === undefined) {
      return;
    }
    const isHere = (each: vscode.Breakpoint): boolean =>
      each instanceof vscode.SourceBreakpoint &&
      each.location.uri.toString() === document.uri.toString();
    if (!vscode.debug.breakpoints.some(isHere)) {
      const last = document.positionAt(document.getText().trimEnd().length).line;
      const location = new vscode.Location(document.uri, new vscode.Position(last, 0));
      vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(location)]);
    }
    await debugSpell(document.uri);
  }
}

/**
 * Ends a step of the walkthrough, which sees no more than that a context becomes true, and that
 * only if it was not when VS Code first looked. So it is true for a moment only, at each occasion.
 */
async function ended(step: "runtime" | "run" | "debug"): Promise<void> {
  const key = `llmspell.ended.${step}`;
  await vscode.commands.executeCommand("setContext", key, true);
  await vscode.commands.executeCommand("setContext", key, false);
}

async function placeFor(name: string): Promise<vscode.Uri | undefined> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (folder !== undefined) {
    return vscode.Uri.joinPath(folder.uri, name);
  }
  const defaultUri = vscode.Uri.file(path.join(os.homedir(), name));
  return vscode.window.showSaveDialog({ defaultUri });
}

async function exists(file: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(file);
    return true;
  } catch {
    return false;
  }
}
