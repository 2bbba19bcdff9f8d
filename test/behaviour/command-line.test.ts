// The commands as a user calls them.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gwc-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function gwc(...args: readonly string[]): {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
} {
  const result = spawnSync(process.execPath, [join(root, "bin/gwc.js"), ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status: result.status, out: result.stdout, err: result.stderr };
}

function config(name: string, content: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

const nested = (depth: number): string => `{"version":3,"x":${"[".repeat(depth)}${"]".repeat(depth)}}`;

const malformed: Readonly<Record<string, string | Buffer>> = {
  "is empty": "",
  "is white space": " \n\t",
  "is not JSON": "hello",
  "has a byte order mark": '\ufeff{"version":3}',
  "has trailing commas": '{"version":3,"endpoints":[],}',
  "has comments": '{"version":3 /* three */}',
  "has NUL bytes": '{"version":3,"name":"\u0000"}',
  "is nested too deep": nested(2_500_000),
  "is a list": "[]",
  "is binary": Buffer.from([0xff, 0xfe, 0x00, 0x81]),
};

describe("gwc check", () => {
  it.each(Object.entries(malformed))("a file that %s gets a diagnostic", (_name, content) => {
    const { status, out, err } = gwc("check", config("bad.json", content));
    expect(err).toBe("");
    expect(out).toMatch(/error\[config\/[a-z-]+\]/);
    expect(out).toMatch(content.length === 0 ? /--> \S*bad\.json/ : /--> \S*bad\.json:\d+:\d+/);
    expect(status).toBe(1);
  });

  it("a file that is not there is bad usage", () => {
    const { status, out } = gwc("check", join(folder, "nowhere.json"));
    expect([status, out.includes("no such file or directory")]).toEqual([2, true]);
  });

  it("reports every fault in one run", () => {
    const file = config(
      "many.json",
      '{"version":2,"timeout":"1d","port":{},"endpoints":[{"endpoint":"/a/{id}","backend":[{"host":["http://h/x"],"url_pattern":"/{no}"}]},{"endpoint":"/b"}]}',
    );
    const { status, out } = gwc("check", file, "--format", "json");
    const { diagnostics, errors } = JSON.parse(out) as { diagnostics: { code: string }[]; errors: number };
    expect(status).toBe(1);
    expect(errors).toBe(6);
    expect(diagnostics.map((each) => each.code).sort()).toEqual([
      "backend/undefined-parameter",
      "config/bad-duration",
      "config/wrong-type",
      "endpoint/no-backend",
      "host/invalid",
      "service/version",
    ]);
  });

  it("keys named like parts of objects are keys", () => {
    const file = config("proto.json", '{"version":3,"__proto__":{"port":1},"constructor":1,"endpoints":[]}');
    const { status, out } = gwc("check", file);
    expect([status, out.includes("has no key `constructor`")]).toEqual([0, true]);
  });
});

describe("gwc build", () => {
  const good =
    '{"version":3,"host":["http://127.0.0.1:18080"],"endpoints":[{"endpoint":"/a","backend":[{"url_pattern":"/a"}]}]}';

  it("writes one file, the same every time", () => {
    const file = config("good.json", good);
    expect(gwc("build", file, "-o", "one.cjs").status).toBe(0);
    expect(gwc("build", file, "-o", "two.cjs").status).toBe(0);
    expect(readFileSync(join(folder, "two.cjs"), "utf8")).toBe(readFileSync(join(folder, "one.cjs"), "utf8"));
  });

  it("writes nothing when there is an error", () => {
    const file = config("bad.json", good.replace('"version":3', '"version":1'));
    const { status, err } = gwc("build", file, "-o", "none.cjs", "--emit", "none");
    expect([status, existsSync(join(folder, "none.cjs")), existsSync(join(folder, "none"))]).toEqual([
      1,
      false,
      false,
    ]);
    expect(err).toContain("error[service/version]");
  });

  it("writes a source map, a small file, the program", () => {
    const file = config("good.json", good);
    expect(gwc("build", file, "-o", "small.cjs", "--minify", "--sourcemap", "--emit", "program").status).toBe(
      0,
    );
    expect(existsSync(join(folder, "small.cjs.map"))).toBe(true);
    expect(existsSync(join(folder, "program/routes/get-a.ts"))).toBe(true);
    expect(readFileSync(join(folder, "small.cjs"), "utf8")).toContain("sourceMappingURL=small.cjs.map");
  });
});

describe("gwc explain and usage", () => {
  it("explains a code", () => {
    const { status, out } = gwc("explain", "route/conflict");
    expect([status, out.includes("right:")]).toEqual([0, true]);
  });

  it.each([
    [["explain", "route/conflct"]],
    [["build"]],
    [["nonsense"]],
    [["run"]],
    [["run", "-c", "x", "-p", "99999"]],
    [["run", "-c", "x", "-w", "0"]],
  ])("%j is bad usage", (args) => {
    const { status, err } = gwc(...args);
    expect(status).toBe(2);
    expect(err).not.toContain("    at ");
  });
});
