import { execFile } from "node:child_process";
import { createInterface } from "node:readline";
import * as vscode from "vscode";
import type { Installation } from "./installation";
import { type Program, programOf } from "./runtime";

/** How a program is run. */
interface Running {
  /** By default `llmspell`. */
  readonly program?: Program;
  /** What it reads from standard input. */
  readonly input?: string;
  /** Ends it; one that can be cancelled may take as long as it wants. */
  readonly token?: vscode.CancellationToken;
  /** Is told each line that it prints, when it does. */
  readonly onLine?: (line: string) => void;
}

/** Runs programs of the runtime where it is installed, and reads what they print. */
export class CommandLine {
  constructor(
    private readonly installation: Installation,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Ends when it is known where the programs are, and whether there are any. */
  async found(): Promise<void> {
    await this.installation.runtime();
  }

  /**
   * What a program prints; undefined where there is no runtime, or no trust, or it was cancelled.
   * @throws Error with what it says when it fails.
   */
  async output(
    args: readonly string[],
    folder: string | undefined,
    { program = "llmspell", input, token, onLine }: Running = {},
  ): Promise<string | undefined> {
    const runtime = await this.installation.runtime();
    if (runtime === undefined) {
      return undefined;
    }
    this.log.debug(`${program} ${args.join(" ")}`);
    const options = {
      ...(folder === undefined ? {} : { cwd: folder }),
      env: { ...process.env, PYTHONUTF8: "1", NO_COLOR: "1" },
      timeout: token === undefined ? 60_000 : 0,
      maxBuffer: 256 * 1024 * 1024,
    };
    return new Promise((resolve, reject) => {
      const file = programOf(runtime, program);
      const child = execFile(file, args, options, (error, output, problems) => {
        cancelling?.dispose();
        if (token?.isCancellationRequested === true) {
          resolve(undefined);
        } else if (error === null) {
          resolve(output);
        } else {
          const said = problems.trim().replace(/^Error: /, "");
          reject(new Error(said === "" ? error.message : said));
        }
      });
      const cancelling = token?.onCancellationRequested(() => child.kill("SIGINT"));
      if (onLine !== undefined && child.stdout !== null) {
        createInterface({ input: child.stdout }).on("line", onLine);
      }
      child.stdin?.on("error", () => undefined); // one that ends without reading it says why
      child.stdin?.end(input ?? "");
    });
  }
}
