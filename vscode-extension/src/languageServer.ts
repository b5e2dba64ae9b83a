import { type ChildProcess, spawn } from "node:child_process";
import * as vscode from "vscode";
import {
  type ClientCapabilities,
  CloseAction,
  type DocumentSelector,
  type ErrorHandler,
  type FeatureState,
  LanguageClient,
  State,
  type StaticFeature,
} from "vscode-languageclient/node";
import type { Installation } from "./installation";
import { withMode } from "./otherServers";
import { programOf, type Runtime } from "./runtime";
import type { ServerDocuments } from "./serverDocuments";
import type { Status } from "./status";

/** Settings under `llmspell` that are the extension's own; the server does not know them. */
const OWN_SETTINGS = ["environment", "trace"];

/** Pauses before the server is started again, in milliseconds; the last is kept. */
const PAUSES = [0, 1_000, 4_000, 15_000, 60_000];

/** A server that has run for so long begins with the first pause again. */
const STEADY = 180_000;

/** The language server of the runtime: started, restarted when it dies, stopped. */
export class LanguageServer {
  private client: LanguageClient | undefined;
  private process: ChildProcess | undefined;
  private order = Promise.resolve();

  constructor(
    private readonly installation: Installation,
    private readonly log: vscode.LogOutputChannel,
    private readonly status: Status,
    private readonly documents: ServerDocuments,
  ) {}

  /** The number of its process; undefined where it does not run. */
  get processId(): number | undefined {
    return this.client?.state === State.Running ? this.process?.pid : undefined;
  }

  /** Starts it where it does not run; ends when it answers. */
  start(): Promise<void> {
    return this.inOrder(async () => {
      const runtime = await this.installation.runtime();
      if (runtime !== undefined && this.client === undefined) {
        this.client = this.makeClient(runtime);
        await this.client.start();
      }
    });
  }

  /** Stops it and waits for its end. */
  stop(): Promise<void> {
    return this.inOrder(async () => {
      const ending = this.client;
      this.client = undefined;
      await ending?.dispose();
    });
  }

  /** One after the other, so that a stop does not overtake a start. */
  private inOrder(step: () => Promise<void>): Promise<void> {
    const done = this.order.then(step);
    this.order = done.catch((error: unknown) => {
      this.log.error(String(error));
      this.status.stopped();
    });
    return done;
  }

  private makeClient(runtime: Runtime): LanguageClient {
    const client = new LanguageClient(
      "llmspell",
      "llmspell",
      async () => {
        this.process = spawn(programOf(runtime, "llmspell-language-server"), []);
        return this.process;
      },
      {
        documentSelector: [...this.documents.selector] as DocumentSelector,
        outputChannel: this.log,
        errorHandler: new Patience(this.log),
        middleware: {
          workspace: {
            configuration: async (params, token, next) => {
              const answer = await next(params, token);
              return Array.isArray(answer) ? answer.map(forServer) : answer;
            },
          },
        },
      },
    );
    client.registerFeature(new Commands());
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) {
        this.status.running(runtime);
      } else if (newState === State.Starting) {
        this.status.starting(runtime);
      } else {
        this.status.stopped();
      }
    });
    return client;
  }
}

/** Tells the server which of its commands this client carries out. */
class Commands implements StaticFeature {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    const commands = ["llmspell.run", "llmspell.debug", "llmspell.showReferences"];
    capabilities.experimental = { ...capabilities.experimental, commands: { commands } };
  }
  initialize(): void {}
  getState(): FeatureState {
    return { kind: "static" };
  }
  clear(): void {}
}

/** Starts a server again that has died, sooner at first, later when it dies again and again. */
class Patience implements ErrorHandler {
  private deaths = 0;
  private last = 0;

  constructor(private readonly log: vscode.LogOutputChannel) {}

  error: ErrorHandler["error"] = () => ({ action: 1 });

  async closed(): Promise<{ action: CloseAction; handled: boolean }> {
    const now = Date.now();
    this.deaths = now - this.last > STEADY ? 0 : this.deaths + 1;
    this.last = now;
    const pause = PAUSES[Math.min(this.deaths, PAUSES.length - 1)] ?? 0;
    this.log.warn(`the language server ended; it is started again in ${pause / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, pause));
    return { action: CloseAction.Restart, handled: true };
  }
}

/** The settings of a folder as the server knows them. */
function forServer(section: unknown): unknown {
  if (typeof section !== "object" || section === null) {
    return section;
  }
  const known = Object.entries(section).filter(([key]) => !OWN_SETTINGS.includes(key));
  return withMode(Object.fromEntries(known));
}
