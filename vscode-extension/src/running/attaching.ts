import * as path from "node:path";
import * as vscode from "vscode";
import type { CommandLine } from "../commandLine";
import { DEBUG_TYPE } from "../debugging";
import { isTrusted } from "../trust";

/** A spell that can be attached to, as `llmspell-debug-adapter --running` describes it. */
interface Attachable {
  readonly spell: string;
  readonly host: string;
  readonly port: number;
  readonly connectionFile: string;
}

/** Where a spell runs, as `launch.json` says it. */
type Place =
  | { readonly connectionFile: string }
  | { readonly host: string; readonly port: number; readonly token?: string };

/** Finds spells that run with `llmspell-run --debug`, and attaches to them. */
export class Attaching {
  constructor(private readonly commandLine: CommandLine) {}

  /** Attaches to a spell that the user chooses, or whose address they give. */
  async attach(): Promise<void> {
    if (await isTrusted()) {
      const place = await this.choose();
      if (place !== undefined) {
        await vscode.debug.startDebugging(undefined, attachTo(place, vscode.l10n.t("Running spell")));
      }
    }
  }

  /** The connection file of a spell that the user chooses. */
  async pick(): Promise<string | undefined> {
    const found = await this.running();
    if (found.length > 0) {
      return (await vscode.window.showQuickPick(found.map(item), { title: title() }))?.place
        .connectionFile;
    }
    const text = vscode.l10n.t("No spell waits for a debugger: start one with “llmspell-run --debug 0”.");
    void vscode.window.showInformationMessage(text);
    return undefined;
  }

  /** A configuration for each spell that can be attached to. */
  async configurations(): Promise<vscode.DebugConfiguration[]> {
    return (await this.running()).map(({ spell, port, connectionFile }) => {
      const name = vscode.l10n.t("Attach to {0} at {1}", path.basename(spell), port);
      return attachTo({ connectionFile }, name);
    });
  }

  private async choose(): Promise<Place | undefined> {
    const found = await this.running();
    if (found.length === 0) {
      return askForPlace();
    }
    const other = { label: vscode.l10n.t("$(remote) Another host or port…"), place: undefined };
    const chosen = await vscode.window.showQuickPick([...found.map(item), other], {
      title: title(),
    });
    return chosen === other ? askForPlace() : chosen?.place;
  }

  private async running(): Promise<Attachable[]> {
    const listed = await this.commandLine.output(["--running"], undefined, {
      program: "llmspell-debug-adapter",
    });
    return listed === undefined ? [] : (JSON.parse(listed) as Attachable[]);
  }
}

function attachTo(place: Place, name: string): vscode.DebugConfiguration {
  return { type: DEBUG_TYPE, request: "attach", name, ...place };
}

function title(): string {
  return vscode.l10n.t("Attach to a running spell");
}

function item(spell: Attachable): vscode.QuickPickItem & { place: { connectionFile: string } } {
  const { connectionFile } = spell;
  return {
    label: `$(debug-alt) ${path.basename(spell.spell)}`,
    description: `${spell.host}:${spell.port}`,
    detail: spell.spell,
    place: { connectionFile },
  };
}

/** Asks for an address, and for the token where that is not kept on this machine. */
async function askForPlace(): Promise<Place | undefined> {
  const given = await vscode.window.showInputBox({
    title: title(),
    prompt: vscode.l10n.t("The port that “llmspell-run --debug” was given, or host:port."),
    placeHolder: "4711",
    validateInput: (text) =>
      addressIn(text) === undefined
        ? vscode.l10n.t("A port between 1 and 65535, or host:port.")
        : undefined,
  });
  const address = given === undefined ? undefined : addressIn(given);
  if (address === undefined || ["127.0.0.1", "localhost", "::1"].includes(address.host)) {
    return address;
  }
  const token = await vscode.window.showInputBox({
    title: title(),
    prompt: vscode.l10n.t("The token in the connection file of the spell, on the machine it runs on."),
    password: true,
  });
  return token === undefined ? undefined : { ...address, token };
}

function addressIn(text: string): { host: string; port: number } | undefined {
  const parts = /^(?:(.+):)?(\d+)$/.exec(text.trim());
  const port = Number(parts?.[2]);
  const host = (parts?.[1] ?? "127.0.0.1").replace(/^\[|\]$/g, "");
  return port >= 1 && port <= 65535 ? { host, port } : undefined;
}
