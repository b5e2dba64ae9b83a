import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";
import type { CommandLine } from "../commandLine";
import { addLcov, type Counts, SpellCoverage } from "./coverage";
import { Results } from "./results";
import { byFolder, isRead, pathIn, type TestTree } from "./tree";

/** Files that are run at once; names: only these cases, of a single file. */
interface Job {
  readonly folder: vscode.WorkspaceFolder;
  readonly files: readonly vscode.TestItem[];
  readonly names?: readonly string[];
}

/** Runs tests as VS Code asks for them. */
export class Running {
  constructor(
    private readonly tree: TestTree,
    private readonly commandLine: CommandLine,
  ) {}

  /** Runs what is asked for, again and again as long as that is asked for. */
  async answer(
    request: vscode.TestRunRequest,
    token: vscode.CancellationToken,
    isCovered: boolean,
  ): Promise<void> {
    if (request.continuous !== true) {
      return this.once(request, isCovered, token);
    }
    let running = Promise.resolve();
    const saving = vscode.workspace.onDidSaveTextDocument(({ languageId }) => {
      if (languageId === "lua") {
        running = running.then(() => this.once(request, isCovered, token));
      }
    });
    token.onCancellationRequested(() => saving.dispose());
  }

  private async once(
    request: vscode.TestRunRequest,
    isCovered: boolean,
    watched: vscode.CancellationToken,
  ): Promise<void> {
    if (watched.isCancellationRequested) {
      return;
    }
    const run = this.tree.controller.createTestRun(request);
    const counts: Counts = new Map();
    try {
      for (const job of await this.jobs(request)) {
        if (!run.token.isCancellationRequested) {
          await this.run(job, run, isCovered ? counts : undefined);
        }
      }
      counts.forEach((lines, file) => run.addCoverage(new SpellCoverage(file, lines)));
    } finally {
      run.end();
    }
  }

  /** Whole files at once, files of which only some cases are wanted one by one. */
  private async jobs({ include, exclude }: vscode.TestRunRequest): Promise<Job[]> {
    const wanted = include ?? (await this.tree.all());
    const files = [...new Set(wanted.map((each) => this.tree.fileOf(each)))];
    await this.tree.read(files.filter((each) => !isRead(each)));
    const names = (items: readonly vscode.TestItem[]): Set<string> =>
      new Set(items.flatMap((each) => [...this.tree.casesIn(each).keys()]));
    const jobs: Job[] = [];
    for (const [folder, own] of byFolder(files)) {
      const whole: vscode.TestItem[] = [];
      for (const file of own) {
        const isOfFile = (item: vscode.TestItem): boolean => this.tree.fileOf(item) === file;
        const left = names((exclude ?? []).filter(isOfFile));
        const chosen = [...names(wanted.filter(isOfFile))].filter((name) => !left.has(name));
        if (wanted.includes(file) && left.size === 0) {
          whole.push(file);
        } else if (chosen.length > 0) {
          jobs.push({ folder, files: [file], names: chosen });
        }
      }
      if (whole.length > 0) {
        jobs.unshift({ folder, files: whole });
      }
    }
    return jobs;
  }

  private async run(job: Job, run: vscode.TestRun, counts: Counts | undefined): Promise<void> {
    const { folder, files, names } = job;
    const items = files.flatMap((each) => [...this.tree.casesIn(each)]);
    items.filter(([name]) => names?.includes(name) ?? true).forEach(([, item]) => run.enqueued(item));
    const results = new Results(run, this.tree, folder);
    const scratch = await fs.mkdtemp(path.join(os.tmpdir(), "llmspell-tests-"));
    const lcov = path.join(scratch, "lcov.info");
    const args = [
      ...["test", "--format", "jsonl", ...files.map(({ uri }) => pathIn(folder, uri))],
      ...(names ?? []).map((name) => `--case=${name}`),
      ...(counts === undefined ? [] : ["--coverage", lcov]),
    ];
    try {
      await this.commandLine.output(args, folder.uri.fsPath, {
        token: run.token,
        onLine: (line) => results.take(line),
      });
    } catch (error) {
      if (!results.isWhole) {
        const message = new vscode.TestMessage(error instanceof Error ? error.message : String(error));
        files.forEach((file) => run.errored(file, message));
      }
    }
    if (counts !== undefined && results.isWhole) {
      addLcov(counts, await fs.readFile(lcov, "utf-8"));
    }
    await fs.rm(scratch, { recursive: true });
  }
}
