import * as vscode from "vscode";
import { askForModel } from "./pulling";
import { type Entry, type Step, size, type View } from "./view";

/** The answer of `llmspell model list --by-provider --format json`. */
interface Answer {
  readonly providers: readonly Provider[];
}

interface Provider {
  readonly provider: string;
  readonly type: string;
  /** Of one whose models lie on this machine. */
  readonly backend?: string;
  readonly configured: boolean;
  readonly usable: boolean;
  readonly version?: string;
  /** Why it cannot be used, or what to do first. */
  readonly reason?: string;
  readonly folders: readonly string[];
  readonly models: readonly Model[];
}

interface Model {
  readonly specifier: string;
  readonly id: string;
  readonly size_bytes: number;
  readonly loaded: boolean;
  readonly quantization?: string;
  readonly context_length?: number;
  readonly parameter_count?: string;
  readonly architecture?: string;
  readonly license?: string;
  readonly path?: string;
  readonly capabilities?: readonly string[];
}

const INFO = "llmspell.models.info";

/** What all models have in common that can be named, and those that can be removed. */
const ANY = ["installed", "hosted"];

/** The models of this machine and of the providers that are set up, by provider. */
export const MODELS: View<Answer> = {
  id: "llmspell.models",
  ask: () => ["model", "list", "--by-provider", "--format", "json"],
  entries: ({ providers }) => (isBare(providers) ? [] : providers.map(providerEntry)),
  folders: ({ providers }) => providers.flatMap(({ folders }) => folders),
  followsConfiguration: true,
  actions: [
    {
      command: "llmspell.models.pull",
      kinds: [],
      about: (output) => askForModel(output),
      title: (model) => vscode.l10n.t("Pulling {0}", model),
      work: (model) => ["model", "pull", "--progress", "--", model],
      done: ({ model_id: id }: Step) => vscode.l10n.t("{0} is installed.", id),
    },
    {
      command: INFO,
      kinds: ["installed"],
      show: ({ data }) => ["--output", "pretty", "model", "info", "--", data["name"] ?? ""],
      name: ({ label }) => `${label}.json`,
    },
    {
      command: "llmspell.models.insert",
      kinds: ANY,
      insert: specifier,
      isText: true,
    },
    {
      command: "llmspell.models.copy",
      kinds: ANY,
      copy: specifier,
    },
    {
      command: "llmspell.models.remove",
      kinds: ["installed"],
      run: (entry) => ["model", "remove", "--yes", "--", entry?.data["name"] ?? ""],
      confirm: (entry) => ({
        question: vscode.l10n.t(
          "Remove the model “{0}” ({1}) from the disk?",
          entry?.label ?? "",
          entry?.data["size"] ?? "",
        ),
        button: vscode.l10n.t("Remove"),
      }),
    },
  ],
};

/** Whether there is nothing to see yet, but something can be done about it. */
function isBare(providers: readonly Provider[]): boolean {
  return (
    providers.every(({ models, configured }) => models.length === 0 && !configured) &&
    providers.some(({ usable }) => usable)
  );
}

function specifier({ id }: Entry): string {
  return id;
}

function providerEntry(provider: Provider): Entry {
  const { provider: name, usable, version, reason = "", models, backend, folders } = provider;
  const count = String(models.length);
  const state = reason || [version, count].filter(Boolean).join(" · ");
  return {
    id: `provider:${name}`,
    label: name,
    description: state,
    tooltip: [
      `${name}\n`,
      ...(name === provider.type ? [] : [vscode.l10n.t("- Type: {0}", provider.type)]),
      ...(version === undefined ? [] : [vscode.l10n.t("- Version: {0}", version)]),
      ...folders.map((each) => vscode.l10n.t("- Folder: {0}", each)),
      ...(reason === "" ? [] : [`- ${reason}`]),
    ].join("\n"),
    icon: usable ? (backend === undefined ? "cloud" : "device-desktop") : "circle-slash",
    kind: usable && backend !== undefined ? "store" : "provider",
    spoken: reason
      ? vscode.l10n.t("provider {0}: {1}", name, reason)
      : vscode.l10n.t("provider {0}, models: {1}", name, count),
    ...(models.length > 0 ? { entries: models.map((model) => modelEntry(model, backend)) } : {}),
    isOpen: backend !== undefined,
    data: {},
  };
}

function modelEntry(model: Model, backend: string | undefined): Entry {
  const { id, specifier, size_bytes: bytes, context_length: context } = model;
  const facts = [
    bytes > 0 ? size(bytes) : "",
    model.quantization ?? "",
    context === undefined ? "" : vscode.l10n.t("{0} tokens", context),
    model.loaded ? vscode.l10n.t("loaded") : "",
  ].filter(Boolean);
  const isInstalled = backend !== undefined;
  return {
    id: specifier,
    label: id,
    description: facts.join(" · "),
    tooltip: [`${specifier}\n`, ...details(model).map((each) => `- ${each}`)].join("\n"),
    icon: model.loaded ? "vm-running" : "chip",
    kind: isInstalled ? "installed" : "hosted",
    spoken: vscode.l10n.t("{0}: {1}", specifier, facts.join(", ")),
    ...(isInstalled ? { opens: INFO } : {}),
    data: { name: `${id}@${backend}`, size: size(bytes) },
  };
}

function details(model: Model): string[] {
  const { parameter_count: parameters, architecture, license, path, capabilities = [] } = model;
  return [
    parameters && vscode.l10n.t("Parameters: {0}", parameters),
    architecture && vscode.l10n.t("Architecture: {0}", architecture),
    capabilities.length > 0 && vscode.l10n.t("Can do: {0}", capabilities.join(", ")),
    license && vscode.l10n.t("Licence: {0}", license),
    path && vscode.l10n.t("File: {0}", path),
  ].filter((each) => typeof each === "string" && each !== "") as string[];
}
