// npm test: format and lint, types, then the tests. Ends with a line `N passed, N failed`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const bin = (name) => join(import.meta.dirname, "../node_modules/.bin", name);

function step(name, command, args) {
  const { status } = spawnSync(command, args, { stdio: "inherit", cwd: join(import.meta.dirname, "..") });
  if (status !== 0) {
    console.log(`${name} failed`);
    console.log("0 passed, 1 failed");
    process.exit(1);
  }
}

if (process.argv.length === 2) {
  step("biome", bin("biome"), ["check", "."]);
  step("tsc -b", bin("tsc"), ["-b"]);
  step("docs", process.execPath, [join(import.meta.dirname, "docs.mjs"), "--check"]);
}
const folder = mkdtempSync(join(tmpdir(), "gwc-test-"));
const file = join(folder, "results.json");
const args = [
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${file}`,
  ...process.argv.slice(2),
];
const { status } = spawnSync(bin("vitest"), args, { stdio: "inherit", cwd: join(import.meta.dirname, "..") });
let failed = 1;
let passed = 0;
try {
  const results = JSON.parse(readFileSync(file, "utf8"));
  passed = results.numPassedTests;
  const skipped = results.numPendingTests + results.numTodoTests;
  failed = results.numFailedTests + (status !== 0 && results.numFailedTests === 0 ? 1 : 0);
  if (skipped > 0) console.log(`${skipped} skipped, each with its reason beside it`);
} catch (fault) {
  console.log(`the test runner left no results: ${fault.message}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
