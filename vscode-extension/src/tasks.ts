import * as vscode from "vscode";
import type { Installation } from "./installation";
import { programOf } from "./runtime";

/** As in `contributes.taskDefinitions`. */
const TYPE = "llmspell";

interface Definition extends vscode.TaskDefinition {
  /** Words of the command line: `run`, `check`, `test`, `api export`. */
  readonly command: string;
  readonly args?: readonly string[];
}

type Scope = vscode.WorkspaceFolder | vscode.TaskScope.Global | vscode.TaskScope.Workspace;

/** Tasks that are offered without any `tasks.json`. */
const OFFERED: readonly Definition[] = [
  { type: TYPE, command: "run", args: ["${file}"] },
  { type: TYPE, command: "check" },
  { type: TYPE, command: "test" },
  { type: TYPE, command: "api export", args: ["--output", "definitions"] },
];

/** Commands of the runtime as tasks, whose problems are listed. */
export class Tasks implements vscode.TaskProvider {
  private readonly matchers: readonly string[];

  constructor(
    { extension }: vscode.ExtensionContext,
    private readonly installation: Installation,
  ) {
    const { problemMatchers } = extension.packageJSON.contributes;
    this.matchers = problemMatchers.map(({ name }: { name: string }) => `$${name}`);
  }

  /** Makes them known to VS Code. */
  register(): vscode.Disposable {
    return vscode.tasks.registerTaskProvider(TYPE, this);
  }

  async provideTasks(): Promise<vscode.Task[]> {
    const scopes: readonly Scope[] = vscode.workspace.workspaceFolders ?? [vscode.TaskScope.Global];
    const tasks = scopes.flatMap((scope) => OFFERED.map((offered) => this.task(offered, scope)));
    return (await Promise.all(tasks)).filter((task) => task !== undefined);
  }

  resolveTask(given: vscode.Task): Promise<vscode.Task | undefined> {
    return this.task(given.definition as Definition, given.scope ?? vscode.TaskScope.Workspace);
  }

  /** Undefined where llmspell is not installed, or is not to be run yet. */
  private async task(definition: Definition, scope: Scope): Promise<vscode.Task | undefined> {
    const runtime = await this.installation.runtime();
    if (runtime === undefined) {
      return undefined;
    }
    const { command, args = [] } = definition;
    const words = [...command.split(" "), ...args];
    const folder = typeof scope === "object" ? { cwd: scope.uri.fsPath } : {};
    const execution = new vscode.ProcessExecution(programOf(runtime, "llmspell"), words, folder);
    const matcher = command === "check" ? "$llmspell-check" : "$llmspell-run";
    const matchers =
      command === "test" ? [] : this.matchers.filter((each) => each.startsWith(matcher));
    const task = new vscode.Task(definition, scope, command, TYPE, execution, matchers);
    task.detail = `llmspell ${words.join(" ")}`;
    if (command === "check") {
      task.group = vscode.TaskGroup.Build;
    } else if (command === "test") {
      task.group = vscode.TaskGroup.Test;
      // In a terminal that it shares, the problems of the next task were not found.
      task.presentationOptions = { panel: vscode.TaskPanelKind.Dedicated };
    }
    return task;
  }
}
