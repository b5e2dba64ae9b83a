import { execFile } from "node:child_process";
import * as vscode from "vscode";
import type { Installation } from "../installation";
import { programOf } from "../runtime";

/** Runs `llmspell` where it is installed. */
export class CommandLine {
  constructor(
    private readonly installation: Installation,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /**
   * What `llmspell` prints; undefined where there is no runtime, or no trust.
   * @throws Error with what it says when it fails.
   */
  async output(
    args: readonly string[],
    folder: string | undefined,
  ): Promise<string | undefined> {
    const runtime = await this.installation.runtime();
    if (runtime === undefined) {
      return undefined;
    }
    this.log.debug(`llmspell ${args.join(" ")}`);
    const options = {
      ...(folder === undefined ? {} : { cwd: folder }),
      env: { ...process.env, PYTHONUTF8: "1", NO_COLOR: "1" },
      timeout: 60_000,
      maxBuffer: 256 * 1024 * 1024,
    };
    return new Promise((resolve, reject) => {
      execFile(programOf(runtime, "llmspell"), args, options, (error, output, problems) => {
        if (error === null) {
          resolve(output);
        } else {
          const said = problems.trim().replace(/^Error: /, "");
          reject(new Error(said === "" ? error.message : said));
        }
      });
    });
  }
}
