import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import type { Installation } from "./installation";
import { activePython, type Runtime, SCRIPTS, SUFFIX } from "./runtime";

/** Programs that may be a Python, newest first. */
const PYTHONS = ["python3.14", "python3.13", "python3.12", "python3.11", "python3", "python"];

/** Ends with 0 where an environment can be made by this Python. */
const IS_FIT = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";

/** Installs llmspell from the wheel that this extension carries, into an environment of its own. */
export class Installer {
  private running: Promise<boolean> | undefined;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly installation: Installation,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Makes the environment and installs; whether that went well. */
  install(): Promise<boolean> {
    return this.once(() => this.intoOwnEnvironment());
  }

  /** Brings a runtime to the version of this extension, where it is; whether that went well. */
  update(runtime: Runtime): Promise<boolean> {
    return this.once(() => this.pip(path.join(runtime.folder, "python" + SUFFIX)));
  }

  /** The answer of the work that is being done already, if there is such. */
  private once(work: () => Promise<boolean>): Promise<boolean> {
    this.running ??= this.withProgress(work).finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async withProgress(work: () => Promise<boolean>): Promise<boolean> {
    const title = vscode.l10n.t("Installing llmspell {0}", this.installation.version);
    const location = vscode.ProgressLocation.Notification;
    const done = await vscode.window.withProgress({ location, title }, work);
    if (done) {
      this.installation.forget();
    }
    return done;
  }

  private async intoOwnEnvironment(): Promise<boolean> {
    const python = await this.findPython();
    if (python === undefined) {
      await explainPython();
      return false;
    }
    const environment = this.installation.environment;
    await fs.promises.mkdir(path.dirname(environment), { recursive: true });
    this.log.info(`installing into ${environment} with ${python}`);
    return (
      (await this.inTerminal(python, ["-m", "venv", "--clear", environment])) &&
      (await this.pip(path.join(environment, SCRIPTS, "python" + SUFFIX)))
    );
  }

  private async pip(python: string): Promise<boolean> {
    const folder = path.join(this.context.extensionPath, "wheel");
    const wheels = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
    const wheel = wheels.find((name) => name.endsWith(".whl"));
    if (wheel === undefined) {
      const text = vscode.l10n.t("This build of the extension carries no llmspell to install.");
      void vscode.window.showErrorMessage(text);
      return false;
    }
    // Forced, because a wheel of the same version may be another build.
    const options = ["-m", "pip", "install", "--disable-pip-version-check"];
    return this.inTerminal(python, [...options, "--force-reinstall", path.join(folder, wheel)]);
  }

  /** Runs a program in a terminal that stays open; whether it ended well. */
  private async inTerminal(program: string, args: string[]): Promise<boolean> {
    const task = new vscode.Task(
      { type: "process" },
      vscode.TaskScope.Global,
      vscode.l10n.t("Install"),
      "llmspell",
      new vscode.ProcessExecution(program, args),
    );
    task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: false };
    const code = await exitCodeOf(task);
    if (code !== 0) {
      this.log.error(`${program} ${args.join(" ")}: exit code ${code}`);
      const text = vscode.l10n.t("llmspell was not installed; the terminal says why.");
      void vscode.window.showErrorMessage(text);
    }
    return code === 0;
  }

  private async findPython(): Promise<string | undefined> {
    const active = await activePython();
    for (const each of [...(active === undefined ? [] : [active]), ...PYTHONS]) {
      if (await isFit(each)) {
        return each;
      }
    }
    return undefined;
  }
}

function exitCodeOf(task: vscode.Task): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const ending = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
      if (execution.task === task || execution.task.execution === task.execution) {
        ending.dispose();
        resolve(exitCode);
      }
    });
    vscode.tasks.executeTask(task).then(undefined, (error: unknown) => {
      ending.dispose();
      reject(error);
    });
  });
}

function isFit(python: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(python, ["-c", IS_FIT], { timeout: 10_000 }, (error) => resolve(error === null));
  });
}

async function explainPython(): Promise<void> {
  const get = vscode.l10n.t("Get Python");
  const text = vscode.l10n.t(
    "llmspell needs Python 3.11 or newer with its module venv; none was found. On Debian and Ubuntu: apt install python3-venv.",
  );
  if ((await vscode.window.showErrorMessage(text, get)) === get) {
    await vscode.env.openExternal(vscode.Uri.parse("https://www.python.org/downloads/"));
  }
}
