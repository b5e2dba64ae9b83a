import * as vscode from "vscode";
import { type TestTree, uriIn } from "./tree";

/** A case as `llmspell test --format jsonl` tells it. */
interface Case {
  readonly name: string;
  readonly status: "passed" | "failed" | "error" | "skipped";
  /** Where it failed; else where it stands. */
  readonly file: string;
  readonly line: number;
  readonly message: string | null;
  readonly expected: string | null;
  readonly actual: string | null;
  readonly output: string;
  readonly seconds: number;
}

/** A line that it prints. */
type Event =
  | { readonly event: "begins" }
  | { readonly event: "starts"; readonly file: string; readonly name: string }
  | { readonly event: "case"; readonly file: string; readonly case: Case }
  | { readonly event: "ends"; readonly file: string; readonly cases: number }
  | { readonly event: "report" };

const MARKS = { passed: "✓", failed: "✗", error: "✗", skipped: "-" };

/** Tells a run of VS Code what comes of tests in a folder. */
export class Results {
  /** Whether all was told. */
  isWhole = false;

  constructor(
    private readonly run: vscode.TestRun,
    private readonly tree: TestTree,
    private readonly folder: vscode.WorkspaceFolder,
  ) {}

  /** Takes a line. */
  take(line: string): void {
    const told = JSON.parse(line) as Event;
    if (told.event === "report") {
      this.isWhole = true;
    }
    const file = "file" in told ? this.tree.file(uriIn(this.folder, told.file)) : undefined;
    if (file === undefined) {
      return;
    }
    if (told.event === "starts") {
      this.run.started(this.tree.caseOf(file, told.name));
    } else if (told.event === "case") {
      this.ended(told.case.name === "" ? file : this.tree.caseOf(file, told.case.name), told.case);
    } else if (told.event === "ends" && told.cases === 0) {
      this.run.skipped(file);
    }
  }

  private ended(item: vscode.TestItem, told: Case): void {
    const { status, message, output, seconds } = told;
    const milliseconds = seconds * 1000;
    this.write(`${MARKS[status]} ${told.name || item.label}\n${output}`, item);
    if (status === "passed") {
      this.run.passed(item, milliseconds);
      return;
    }
    this.write(message ?? "", item);
    if (status === "skipped") {
      this.run.skipped(item);
    } else if (status === "failed") {
      this.run.failed(item, messageOf(told), milliseconds);
    } else {
      this.run.errored(item, messageOf(told), milliseconds);
    }
  }

  private write(text: string, item: vscode.TestItem): void {
    const lines = text === "" || text.endsWith("\n") ? text : `${text}\n`;
    this.run.appendOutput(lines.replaceAll(/\r?\n/g, "\r\n"), undefined, item);
  }
}

function messageOf({ message, expected, actual, file, line }: Case): vscode.TestMessage {
  const text = message ?? "";
  const made =
    expected === null || actual === null
      ? new vscode.TestMessage(text)
      : vscode.TestMessage.diff(text, expected, actual);
  const place = new vscode.Position(Math.max(line - 1, 0), 0);
  made.location = new vscode.Location(vscode.Uri.file(file), place);
  return made;
}
