// The bench itself: a run as small as it can be, end to end, and what it makes of results.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const script = (name: string): string => join(root, "scripts/bench", name);

interface Row {
  readonly gateway: string;
  readonly label: string;
  readonly figures: Readonly<Record<string, { readonly median: number }>>;
}

interface Results {
  readonly cases: readonly {
    readonly name: string;
    readonly rows: readonly Row[];
    readonly skipped: readonly { readonly reason: string }[];
  }[];
}

function bench(...args: readonly string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "scripts/bench.mjs"), ...args], {
    encoding: "utf8",
    timeout: 120_000,
  });
  return { status, output: `${stdout}${stderr}` };
}

describe("npm run bench", () => {
  it("measures contenders whose answers are right, and says what it found", () => {
    const folder = mkdtempSync(join(tmpdir(), "gwc-bench-test-"));
    const file = join(folder, "results.json");
    const tiny = ["--seconds", "0.2", "--runs", "1", "--own-load", "--json", file];
    const { status, output } = bench("--only", "allow", "--gateways", "gwc,node", ...tiny);
    expect(output).toContain("one backend, 3 fields kept");
    expect(status, output).toBe(0);
    const { cases } = JSON.parse(readFileSync(file, "utf8")) as Results;
    rmSync(folder, { recursive: true });
    expect(cases.map(({ name }) => name)).toEqual(["allow"]);
    expect(cases[0]?.rows.map(({ gateway }) => gateway)).toEqual(["gwc", "node"]);
    for (const { figures } of cases[0]?.rows ?? [])
      expect(figures.requestsPerSecond?.median).toBeGreaterThan(10);
  });

  it("puts what a feature costs beside the plain route", () => {
    const folder = mkdtempSync(join(tmpdir(), "gwc-bench-test-"));
    const file = join(folder, "results.json");
    const features = "limited,breaker,cached,stats,traced";
    const tiny = ["--seconds", "0.1", "--runs", "1", "--own-load", "--json", file];
    const { status, output } = bench("--only", features, "--gateways", "gwc", ...tiny);
    expect(status, output).toBe(0);
    const { cases } = JSON.parse(readFileSync(file, "utf8")) as Results;
    rmSync(folder, { recursive: true });
    expect(cases.map(({ name, rows }) => [name, rows.length])).toEqual(
      features.split(",").map((name) => [name, 2]),
    );
    for (const name of ["rate-limited route", "circuit breaker", "cache hit", "/__stats", "1 % traced"])
      expect(output).toMatch(new RegExp(`${name}.*\\d\\.\\d\\dx`));
  }, 120_000);

  it.each([
    ["--only", "alow"],
    ["--runs", "0"],
    ["--seconds", "x"],
    ["--gateways", "gwc,"],
    ["--nonsense"],
  ])("refuses %s %s", (...args) => {
    const { status, output } = bench(...args);
    expect(status).toBe(2);
    expect(output).toContain("usage: npm run bench");
  });
});

/** Modules of the bench are plain JavaScript; each test says which shape it relies on. */
const load = async <Module>(name: string): Promise<Module> => (await import(script(name))) as Module;

describe("what a gateway must answer", () => {
  it("comes from the documents alone, in full where nothing composes answers", async () => {
    interface Expected {
      expected(path: string, composes: boolean): { readonly status: number; readonly body: unknown };
    }
    const { expected } = await load<Expected>("expected.mjs");
    expect(expected("/report", true).body).toEqual({ id: "r-2025-02", state: "final" });
    expect(Object.keys(expected("/report", false).body as object)).toContain("items");
    expect([expected("/fail", true).status, expected("/fail", false).status]).toEqual([500, 503]);
  });
});

const figure = (median: number): { median: number; least: number; greatest: number } => ({
  median,
  least: median * 0.9,
  greatest: median * 1.1,
});

const row = (gateway: string, cpu: number): Row => ({
  gateway,
  label: `${gateway} <&>`,
  figures: { requestsPerSecond: figure(1000), cpuMicroseconds: figure(cpu), megabytes: figure(70) },
});

const versions = {
  date: "2025-01-01",
  commit: "abc",
  node: "v20",
  undici: "7",
  fastify: "1",
  load: "wrk",
  seconds: 1,
  runs: 1,
};
const results = {
  machine: "2 x processor",
  placement: "anywhere",
  roomForTwoThreads: false,
  cases: [
    {
      name: "allow",
      title: "keep",
      about: "fields",
      versions,
      skipped: [],
      rows: [row("gwc", 25), row("node", 50), row("nginx", 20)],
    },
  ],
};

describe("targets", () => {
  interface Judged {
    judge(found: unknown): readonly {
      readonly name: string;
      readonly value?: number;
      readonly met?: boolean;
      readonly doubtful?: boolean;
    }[];
  }

  it("are met, missed, or not measured", async () => {
    const { judge } = await load<Judged>("targets.mjs");
    const verdicts = new Map(judge(results).map(({ name, value, met }) => [name, [value, met]]));
    expect(verdicts.get("one backend, 3 fields kept: CPU, of node:http + undici")).toEqual([0.5, false]);
    expect(verdicts.get("one backend, 3 fields kept: CPU, of nginx proxy_pass")).toEqual([1.25, true]);
    expect(verdicts.get("memory under 64 connections, one thread")).toEqual([70, true]);
    expect(verdicts.get("start to first answer")).toEqual([undefined, undefined]);
  });

  it("are in doubt where others worked on the gateway's core, but for memory", async () => {
    const { judge } = await load<Judged>("targets.mjs");
    const disturbed = {
      ...row("gwc", 25),
      figures: { ...row("gwc", 25).figures, othersPercent: figure(20) },
    };
    const rows = [disturbed, row("node", 50), row("nginx", 20)];
    const verdicts = judge({ ...results, cases: [{ ...results.cases[0], rows }] });
    const doubtful = verdicts.filter(({ doubtful }) => doubtful === true).map(({ name }) => name);
    expect(doubtful).toEqual([
      "one backend, 3 fields kept: CPU, of node:http + undici",
      "one backend, 3 fields kept: CPU, of nginx proxy_pass",
    ]);
  });

  it("compare turn by turn what was measured in turn", async () => {
    const { judge } = await load<Judged>("targets.mjs");
    const inTurns = (gateway: string, ...each: readonly number[]): Row => ({
      ...row(gateway, each[1]!),
      figures: { requestsPerSecond: { median: each[1]!, each } as { median: number } },
    });
    // The machine was slow in the first turn, then in the last: both medians are of a fast one.
    const rows = [inTurns("gwc", 50, 100, 102), inTurns("stats", 49, 98, 50)];
    const found = (compared: readonly Row[]): number | undefined =>
      judge({ ...results, cases: [{ name: "stats", rows: compared }] }).find(({ name }) =>
        name.startsWith("with /__stats"),
      )?.value;
    expect(found(rows)).toBe(0.98);
    expect(found([inTurns("gwc", 50, 100), inTurns("stats", 49, 99, 99)])).toBe(0.99);
  });

  it("two threads count by what they worked where cores are short", async () => {
    const { judge } = await load<Judged>("targets.mjs");
    const threads = (gateway: string, cpu: number, count: number): Row => {
      const made = row(gateway, cpu);
      return { ...made, figures: { ...made.figures, threads: figure(count) } };
    };
    const rows = [threads("shared", 20, 1), threads("threads", 25, 2)];
    const verdict = judge({ ...results, cases: [{ name: "threads", rows }] }).find(({ name }) =>
      name.startsWith("two"),
    );
    expect(verdict).toMatchObject({ value: 1.6, met: false });
  });
});

describe("the documents", () => {
  it("name every contender, verdict and version", async () => {
    const { markdown } = await load<{ markdown(found: unknown): string }>("report/markdown.mjs");
    const text = markdown(results);
    expect(text).toContain("| nginx <&> |");
    expect(text).toContain("**missed**");
    expect(text).toContain("commit abc");
    expect(text).toContain("not measured");
  });

  it("keep what was measured before on the same machine, and leave out what failed", async () => {
    interface Kept {
      withOlder(found: unknown, older: unknown): Results;
    }
    const { withOlder } = await load<Kept>("report/documents.mjs");
    const named = (name: string, rows: readonly Row[]): object => ({ ...results.cases[0], name, rows });
    const older = { ...results, cases: [named("noop", [row("gwc", 1)]), named("allow", [row("gwc", 1)])] };
    const newer = { ...results, cases: [named("allow", [row("gwc", 2)]), named("merge", [])] };
    const told = (found: Results): readonly unknown[] =>
      found.cases.map(({ name, rows }) => [name, rows[0]?.figures.cpuMicroseconds?.median]);
    expect(told(withOlder(newer, older))).toEqual([
      ["noop", 1],
      ["allow", 2],
    ]);
    expect(told(withOlder(newer, { ...older, machine: "another" }))).toEqual([["allow", 2]]);
    expect(told(withOlder(newer, undefined))).toEqual([["allow", 2]]);
  });

  it("draw bars to scale, and texts that no reader of XML stumbles over", async () => {
    const { chart } = await load<{ chart(found: unknown): string }>("report/svg.mjs");
    const picture = chart(results);
    const bars = [...picture.matchAll(/<rect x="250"[^>]* width="([\d.]+)"/g)].map(([, width]) =>
      Number(width),
    );
    expect(bars).toHaveLength(3);
    expect(bars[0]! / bars[1]!).toBeCloseTo(0.5, 2);
    expect(picture).toContain("node &lt;&amp;&gt;");
    expect(picture).not.toMatch(/&(?!lt;|gt;|amp;)/);
  });
});
