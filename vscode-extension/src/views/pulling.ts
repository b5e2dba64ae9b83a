import * as vscode from "vscode";
import { type Output, size } from "./view";

/** What is used of `llmspell model available --format json`. */
interface Answer {
  readonly models: readonly Offered[];
}

interface Offered {
  readonly id: string;
  readonly task: string;
  readonly parameter_count: string;
  readonly size_bytes: number;
  readonly license: string;
  readonly description: string;
}

/** A choice in the list: a model, or how another one is named. */
interface Line extends vscode.QuickPickItem {
  readonly ask: () => Promise<string | undefined>;
}

/** What is to be pulled, as `llmspell model pull` takes it; undefined where that is given up. */
export async function askForModel(output: Output): Promise<string | undefined> {
  const title = vscode.l10n.t("Pull a model");
  const picked = await vscode.window.showQuickPick(lines(output), {
    title,
    matchOnDescription: true,
    matchOnDetail: true,
    ignoreFocusOut: true,
  });
  return picked?.ask();
}

async function lines(output: Output): Promise<Line[]> {
  const answer = await output(["model", "available", "--format", "json"]);
  const { models }: Answer = answer === undefined ? { models: [] } : JSON.parse(answer);
  return [
    { label: `$(edit) ${vscode.l10n.t("Another model…")}`, ask: named },
    { label: `$(folder-opened) ${vscode.l10n.t("A file of this machine…")}`, ask: file },
    { label: "", kind: vscode.QuickPickItemKind.Separator, ask: none },
    ...models.map((each) => ({
      label: `$(chip) ${each.id}`,
      description: [each.task, each.parameter_count, size(each.size_bytes), each.license].join(" · "),
      detail: each.description,
      ask: async () => `${each.id}@llama_cpp`,
    })),
  ];
}

async function none(): Promise<undefined> {
  return undefined;
}

async function named(): Promise<string | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t("Pull a model"),
    prompt: vscode.l10n.t(
      "A repository of Hugging Face, the address of a .gguf file, or, with @ollama behind it, a name of Ollama's library. A quantization may follow.",
    ),
    placeHolder: "Qwen/Qwen2.5-1.5B-Instruct-GGUF:Q8_0",
    ignoreFocusOut: true,
    validateInput: (given) =>
      /^\S+$/.test(given.trim()) ? undefined : vscode.l10n.t("A name without spaces is wanted."),
  });
  return text?.trim();
}

async function file(): Promise<string | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t("Pull a model"),
    openLabel: vscode.l10n.t("Pull"),
    filters: { GGUF: ["gguf"] },
  });
  return chosen?.[0]?.fsPath;
}
