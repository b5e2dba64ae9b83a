import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";

/** Programs of the runtime, all in one folder of an environment. */
export type Program =
  "llmspell" | "llmspell-run" | "llmspell-language-server" | "llmspell-debug-adapter";

/** An installed llmspell: the folder of its programs, and its version. */
export interface Runtime {
  readonly folder: string;
  readonly version: string;
}

/** What makes a program of an environment a file. */
export const SUFFIX = process.platform === "win32" ? ".exe" : "";

/** The folder of programs in an environment. */
export const SCRIPTS = process.platform === "win32" ? "Scripts" : "bin";

/** Where a program of a runtime is. */
export function programOf(runtime: Runtime, program: Program): string {
  return path.join(runtime.folder, program + SUFFIX);
}

/**
 * The first llmspell that answers, in the order of the README: the setting, the environment that
 * the Python extension has chosen, a `.venv` of the workspace, `PATH`, the environment that this
 * extension has made. A setting is never passed over, because it was meant.
 * @param own the environment that this extension makes.
 * @param log is told where was looked in vain.
 */
export async function findRuntime(
  own: string,
  log: vscode.LogOutputChannel,
): Promise<Runtime | undefined> {
  const chosen = vscode.workspace.getConfiguration("llmspell").get("environment", "");
  const folders = chosen === "" ? await candidates(own) : [path.join(chosen, SCRIPTS), chosen];
  for (const folder of folders) {
    const program = path.join(folder, "llmspell" + SUFFIX);
    if (!fs.existsSync(program)) {
      log.debug(`no llmspell in ${folder}`);
      continue;
    }
    const version = await versionOf(program, log);
    if (version !== undefined) {
      return { folder, version };
    }
  }
  log.error(`llmspell was not found in ${folders.join(", ")}`);
  return undefined;
}

async function candidates(own: string): Promise<string[]> {
  const python = await activePython();
  const roots = (vscode.workspace.workspaceFolders ?? []).map((each) => each.uri.fsPath);
  const onPath = (process.env["PATH"] ?? "").split(path.delimiter).filter(path.isAbsolute);
  return [
    ...(python === undefined ? [] : [path.dirname(python)]),
    ...roots.map((root) => path.join(root, ".venv", SCRIPTS)),
    ...onPath,
    path.join(own, SCRIPTS),
  ];
}

/** What is used of the Python extension's API (its `environments`, since 2023). */
interface PythonExtension {
  readonly environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    resolveEnvironment(
      path: unknown,
    ): Promise<{ readonly executable: { readonly uri?: vscode.Uri } } | undefined>;
  };
}

/** The interpreter that the Python extension has chosen, where that extension is present. */
export async function activePython(): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<PythonExtension>("ms-python.python");
  const environments = (await extension?.activate())?.environments;
  if (environments === undefined) {
    return undefined;
  }
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const active = environments.getActiveEnvironmentPath(folder);
  return (await environments.resolveEnvironment(active))?.executable.uri?.fsPath;
}

function versionOf(program: string, log: vscode.LogOutputChannel): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, ["version", "--short"], { timeout: 10_000 }, (error, output) => {
      const version = output.trim();
      if (error === null && /^\d+\.\d+/.test(version)) {
        resolve(version);
      } else {
        log.error(`${program} does not tell its version: ${error?.message ?? version}`);
        resolve(undefined);
      }
    });
  });
}
