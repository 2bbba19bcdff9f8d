// What `gwc build` says of what it made, and that the same input gives the same bytes wherever it is built.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BuildReport } from "../../src/shipping/report.js";

const root = resolve(import.meta.dirname, "../..");
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gwc-report-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const config = {
  version: 3,
  name: "shöp",
  port: "${env:PORT:-8080}",
  timeout: "800ms",
  extra_config: {
    "telemetry/metrics": { listen_address: "127.0.0.1:8090" },
    "telemetry/opencensus": { exporters: { prometheus: { port: 9091, namespace: "shop" } } },
  },
  endpoints: [
    {
      endpoint: "/users/{id}",
      extra_config: { "qos/ratelimit/router": { max_rate: 100 }, proxy: { sequential: true } },
      backend: [
        { url_pattern: "/users/{id}", host: ["${env:USERS_URL}"], allow: ["id"], group: "user" },
        {
          url_pattern: "/ö/${env:VERSION:-v1}",
          host: ["http://orders.example.com", "http://spare.example.com"],
          timeout: "500ms",
          extra_config: { "qos/circuit-breaker": { interval: 60, timeout: 10, max_errors: 5 } },
        },
      ],
    },
    {
      endpoint: "/feed",
      output_encoding: "xml",
      backend: [{ url_pattern: "/feed", host: ["http://news.example.com"], encoding: "xml" }],
    },
  ],
};

interface Place {
  readonly gwc: string;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

function build(
  place: Place,
  ...args: readonly string[]
): { out: string; err: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [place.gwc, "build", ...args], {
    cwd: place.cwd,
    encoding: "utf8",
    env: { PATH: process.env.PATH, ...place.environment },
  });
  return { out: stdout, err: stderr, status };
}

/** A copy of gwc in a folder of packages, as `npm install` makes it. */
function installed(at: string): string {
  const packages = join(at, "node_modules");
  const own = join(packages, "gwc");
  mkdirSync(own, { recursive: true });
  for (const part of ["bin", "dist", "src", "templates", "package.json"])
    cpSync(join(root, part), join(own, part), { recursive: true });
  const names = readdirSync(join(root, "node_modules")).filter((name) => !name.startsWith("."));
  for (const name of names) symlinkSync(join(root, "node_modules", name), join(packages, name));
  return join(own, "bin/gwc.js");
}

function here(): Place {
  return { gwc: join(root, "bin/gwc.js"), cwd: folder, environment: {} };
}

function written(name: string, content: unknown = config): string {
  const file = join(folder, name);
  mkdirSync(resolve(file, ".."), { recursive: true });
  writeFileSync(file, JSON.stringify(content, null, 2));
  return file;
}

describe("the report of a build", () => {
  let report: BuildReport;
  let code: Buffer;
  beforeAll(() => {
    const { out, err, status } = build(here(), written("krakend.json"), "-o", "made/gateway.cjs", "--json");
    expect([status, err]).toEqual([0, expect.not.stringContaining("error")]);
    report = JSON.parse(out) as BuildReport;
    code = readFileSync(join(folder, "made/gateway.cjs"));
  });

  it("names the configuration and the server file by what is in them", () => {
    const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
    expect(report).toMatchObject({
      format: 1,
      configuration: { file: "krakend.json", sha256: sha256(readFileSync(join(folder, "krakend.json"))) },
      output: { file: "gateway.cjs", bytes: code.length, sha256: sha256(code) },
      files: [],
    });
  });

  it("lists routes, backends and what each pipeline holds", () => {
    expect(report.routes).toHaveLength(2);
    const [users, feed] = report.routes;
    expect(users).toMatchObject({ method: "GET", path: "/users/{id}", timeoutMs: 800, output: "json" });
    expect(users?.pipeline.map(({ namespace }) => namespace)).toEqual(
      expect.arrayContaining(["qos/ratelimit/router", "proxy.sequential", "telemetry/metrics"]),
    );
    expect(users?.backends).toMatchObject([
      {
        method: "GET",
        hosts: ["${env:USERS_URL}"],
        path: "/users/{id}",
        timeoutMs: null,
        shape: ["allow", "group"],
      },
      {
        hosts: ["http://orders.example.com", "http://spare.example.com"],
        path: "/ö/${env:VERSION:-v1}",
        timeoutMs: 500,
        shape: [],
      },
    ]);
    expect(users?.backends[1]?.pipeline).toContainEqual({
      namespace: "qos/circuit-breaker",
      stage: "backend",
      where: expect.stringMatching(/^krakend\.json:\d+$/) as string,
    });
    expect(feed).toMatchObject({ path: "/feed", output: "xml", backends: [{ encoding: "xml" }] });
  });

  it("says where the bytes of the server file come from, to the last one", () => {
    const { contents } = report;
    expect(contents.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(code.length);
    const features = contents.filter(({ kind }) => kind === "feature");
    expect(features).toContainEqual({
      kind: "feature",
      name: "sequential",
      bytes: 0,
      namespaces: ["proxy.sequential"],
    });
    for (const name of ["rate-limit", "circuit-breaker", "metrics", "opencensus", "encodings"])
      expect(features.find((each) => each.name === name)?.bytes).toBeGreaterThan(500);
    expect(contents.find(({ name }) => name === "saxes")).toMatchObject({
      kind: "package",
      usedBy: ["encodings"],
    });
  });

  it("names what the server file reads and listens on", () => {
    const named = report.environment.filter(({ namedBy }) => namedBy === "configuration");
    expect(named).toEqual([
      { name: "PORT", required: false, defaults: ["8080"], kinds: ["port"], namedBy: "configuration" },
      { name: "USERS_URL", required: true, defaults: [], kinds: ["host"], namedBy: "configuration" },
      { name: "VERSION", required: false, defaults: ["v1"], kinds: ["text"], namedBy: "configuration" },
    ]);
    expect(report.environment.map(({ name }) => name)).toContain("KRAKEND_PORT");
    expect(report.ports).toEqual([
      { name: "gateway", port: 8080, address: "", protocol: "http", path: "/__health" },
      { name: "telemetry/metrics", port: 8090, address: "127.0.0.1", protocol: "http", path: "/__stats" },
      { name: "telemetry/opencensus", port: 9091, address: "", protocol: "http", path: "/metrics" },
    ]);
  });

  it("reads well", () => {
    const { out } = build(here(), "krakend.json", "-o", "gateway.cjs");
    const lines = out.split("\n");
    expect(lines[0]).toMatch(/^gateway\.cjs: 2 endpoints, \d+ kB, built in \d+ ms$/);
    for (const line of [
      /^ {2}GET \/users\/\{id\} {3}800 ms, json {3}krakend\.json:\d+$/,
      /^ {4}.*qos\/ratelimit\/router/,
      /^ {4}GET http:\/\/orders\.example\.com\/ö\/\$\{env:VERSION:-v1\} and 1 more {3}500 ms, .*qos\/circuit-breaker/,
      /^ +\d+ {2}rate-limit +qos\/ratelimit\/router$/,
      /^ {2}USERS_URL +host +needed$/,
      /^ {2}9091 {2}telemetry\/opencensus {2}http \/metrics/,
    ])
      expect(lines).toContainEqual(expect.stringMatching(line));
    expect(build(here(), "krakend.json", "-o", "gateway.cjs", "--quiet").out.trim().split("\n")).toHaveLength(
      1,
    );
  });

  it("is empty where nothing was made", () => {
    const { out, err, status } = build(here(), written("bad.json", { ...config, version: 2 }), "--json");
    expect([out, status]).toEqual(["", 1]);
    expect(err).toContain("error[service/version]");
  });
});

describe("the same input", () => {
  it("gives the same bytes in another folder, installation, time zone and language", () => {
    const text = readFileSync(written("one/krakend.json"));
    mkdirSync(join(folder, "two/deep"), { recursive: true });
    writeFileSync(join(folder, "two/deep/krakend.json"), text);
    const one: Place = {
      gwc: join(root, "bin/gwc.js"),
      cwd: join(folder, "one"),
      environment: { TZ: "UTC", LC_ALL: "C" },
    };
    const two: Place = {
      gwc: installed(join(folder, "elsewhere")),
      cwd: folder,
      environment: {
        TZ: "Asia/Kathmandu",
        LC_ALL: "tr_TR.UTF-8",
        LANG: "tr_TR.UTF-8",
        HOME: folder,
        USERS_URL: "http://x.example.com",
      },
    };
    for (const minify of [[], ["--minify"]]) {
      const options = ["--json", "--sourcemap", ...minify];
      const first = build(one, "krakend.json", "-o", "gateway.cjs", "--emit", "source", ...options);
      const second = build(
        two,
        "two/deep/krakend.json",
        "-o",
        "two/gateway.cjs",
        "--emit",
        "two/source",
        ...options,
      );
      expect([first.err, first.status, second.err, second.status]).toEqual([first.err, 0, first.err, 0]);
      expect(second.out).toBe(first.out);
      for (const file of ["gateway.cjs", "gateway.cjs.map", "source/main.ts"])
        expect(
          readFileSync(join(folder, "two", file), "utf8") === readFileSync(join(folder, "one", file), "utf8"),
        ).toBe(true);
      expect(readFileSync(join(folder, "two/gateway.cjs"), "utf8")).not.toMatch(
        /gwc-report-|\.\.\/node_modules/,
      );
      const { sources } = JSON.parse(readFileSync(join(folder, "two/gateway.cjs.map"), "utf8")) as {
        sources: string[];
      };
      expect(sources.filter((each) => !/^(?:src|node_modules|package|gateway:.*)\b/.test(each))).toEqual([]);
    }
  }, 60_000);
});
