// The micro-benchmarks: every part still fits the program that gwc emits, and --check tells better from worse.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const scripts = resolve(import.meta.dirname, "../../scripts/bench");
const parts = readdirSync(join(scripts, "micro")).map((name) => name.replace(".mjs", ""));

describe("the parts", () => {
  it.each(parts)("%s gives the same the fast way and the slow", (part) => {
    const { status, stderr } = spawnSync(process.execPath, [join(scripts, "micro-run.mjs"), part, "smoke"], {
      encoding: "utf8",
      timeout: 60_000,
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });
});

interface Found {
  readonly instructions: Readonly<Record<string, number>>;
  readonly ratios: Readonly<Record<string, number>>;
}

interface Baseline {
  engine(): string;
  regressions(found: Found, baseline: unknown): readonly { readonly kind: string; readonly name: string }[];
  unknown(found: Found, baseline: unknown): readonly string[];
}

describe("--check", () => {
  it("fails on a tenth more instructions of this engine, and on times beside the twin that are not noise", async () => {
    const { engine, regressions, unknown } = (await import(join(scripts, "micro-baseline.mjs"))) as Baseline;
    const baseline = { instructions: { [engine()]: { a: 1000, b: 1000 } }, ratios: { a: 0.3, b: 0.3 } };
    const found = { instructions: { a: 1101, b: 1099 }, ratios: { a: 0.38, b: 0.4, c: 1 } };
    expect(regressions(found, baseline).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      "instructions a",
      "ratios b",
    ]);
    expect(unknown(found, baseline)).toEqual(["c"]);
    const other = { instructions: { "another engine": { a: 1 } }, ratios: {} };
    expect(regressions(found, other)).toEqual([]);
  });
});
