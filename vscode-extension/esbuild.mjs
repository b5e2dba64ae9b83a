// Bundles the extension (dist/) and, with --tests, the tests that run in the extension host (out/).
import { readdirSync } from "node:fs";
import { build } from "esbuild";

const tests = process.argv.includes("--tests");
const shared = {
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  sourcemap: tests,
  logLevel: "warning",
};

await build({
  ...shared,
  entryPoints: ["src/extension.ts"],
  external: ["vscode"],
  outfile: "dist/extension.js",
  minify: !tests,
});

if (tests) {
  const files = readdirSync("test").filter((name) => name.endsWith(".ts"));
  await build({
    ...shared,
    entryPoints: files.map((name) => `test/${name}`),
    external: ["vscode", "mocha"],
    outdir: "out",
  });
}
