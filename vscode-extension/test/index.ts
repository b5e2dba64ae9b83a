import * as fs from "node:fs";
import * as path from "node:path";
import Mocha from "mocha";

interface Result {
  readonly title: string;
  readonly error?: string;
}

/**
 * Called in the extension host: runs the suites LLMSPELL_SUITE, which are separated by spaces, and writes what came of it to
 * LLMSPELL_REPORT, as JSON with `passes` and `failures`.
 */
export async function run(): Promise<void> {
  const suites = (process.env["LLMSPELL_SUITE"] ?? "").split(" ");
  const report = process.env["LLMSPELL_REPORT"] ?? "";
  const mocha = new Mocha({ ui: "bdd", timeout: 60_000, color: false });
  suites.forEach((suite) => mocha.addFile(path.join(__dirname, `${suite}.test.js`)));
  const passes: Result[] = [];
  const failures: Result[] = [];
  await new Promise<void>((resolve) => {
    mocha
      .run(() => resolve())
      .on("pass", (test) => passes.push({ title: test.fullTitle() }))
      .on("fail", (test, error: Error) =>
        failures.push({ title: test.fullTitle(), error: error.stack ?? String(error) }),
      );
  });
  fs.writeFileSync(report, JSON.stringify({ passes, failures }));
  if (failures.length > 0) {
    throw new Error(`${failures.length} failed`);
  }
}
