import { execFile } from "node:child_process";
import * as vscode from "vscode";
import type { Installation } from "./installation";
import { type Program, programOf } from "./runtime";

/** Runs programs of the runtime where it is installed, and reads what they print. */
export class CommandLine {
  constructor(
    private readonly installation: Installation,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /**
   * What a program, by default `llmspell`, prints; undefined where there is no runtime, or no trust.
   * @throws Error with what it says when it fails.
   */
  async output(
    args: readonly string[],
    folder: string | undefined,
    program: Program = "llmspell",
  ): Promise<string | undefined> {
    const runtime = await this.installation.runtime();
    if (runtime === undefined) {
      return undefined;
    }
    this.log.debug(`${program} ${args.join(" ")}`);
    const options = {
      ...(folder === undefined ? {} : { cwd: folder }),
      env: { ...process.env, PYTHONUTF8: "1", NO_COLOR: "1" },
      timeout: 60_000,
      maxBuffer: 256 * 1024 * 1024,
    };
    return new Promise((resolve, reject) => {
      execFile(programOf(runtime, program), args, options, (error, output, problems) => {
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
