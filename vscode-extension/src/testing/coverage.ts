import * as vscode from "vscode";

/** How often each line of each file was executed, counted from 1. */
export type Counts = Map<string, Map<number, number>>;

/** Adds what an lcov tracefile says to counts. */
export function addLcov(counts: Counts, text: string): void {
  let lines = new Map<number, number>();
  for (const record of text.split(/\r?\n/)) {
    const [kind = "", value = ""] = split(record);
    if (kind === "SF") {
      lines = counts.get(value) ?? new Map();
      counts.set(value, lines);
    } else if (kind === "DA") {
      const [line = 0, times = 0] = value.split(",").map(Number);
      lines.set(line, (lines.get(line) ?? 0) + times);
    }
  }
}

/** Of a path there may be a colon. */
function split(record: string): string[] {
  const colon = record.indexOf(":");
  return colon < 0 ? [record] : [record.slice(0, colon), record.slice(colon + 1)];
}

/** A spell, and which of its lines were executed. */
export class SpellCoverage extends vscode.FileCoverage {
  constructor(
    file: string,
    private readonly lines: ReadonlyMap<number, number>,
  ) {
    const covered = [...lines.values()].filter((times) => times > 0).length;
    super(vscode.Uri.file(file), new vscode.TestCoverageCount(covered, lines.size));
  }

  /** Its lines. */
  get details(): vscode.FileCoverageDetail[] {
    return [...this.lines].map(
      ([line, times]) => new vscode.StatementCoverage(times, new vscode.Position(line - 1, 0)),
    );
  }
}
