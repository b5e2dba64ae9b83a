// Bundles the extension (dist/) and, with --tests, the tests that run in the extension host (out/).
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
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

// VS Code shows no pictures that an extension brings along, only those of a public address. There is
// none, so the packaged README is the one without them.
const readme = readFileSync("README.md", "utf-8").replaceAll(/^!\[.*\n\n/gm, "");
writeFileSync("dist/README.md", readme);

if (tests) {
  const files = readdirSync("test").filter((name) => name.endsWith(".ts"));
  await build({
    ...shared,
    entryPoints: files.map((name) => `test/${name}`),
    external: ["vscode", "mocha"],
    outdir: "out",
  });
}
