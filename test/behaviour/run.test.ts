// gwc run, as a user calls it: threads, and a configuration that changes while it serves.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { canSharePort } from "../../src/runtime/thread.js";
import { freePort } from "../support/gateway.js";
import { send } from "../support/http.js";
import { until } from "../support/load.js";
import { json, type MockUpstream, startUpstream } from "../support/mock-upstream.js";

const program = resolve(import.meta.dirname, "../../bin/gwc.js");

let upstream: MockUpstream;
let folder: string;
let file: string;
let port: number;
let gwc: ChildProcess | undefined;
let output: string;

beforeAll(async () => {
  upstream = await startUpstream((request) => json({ target: request.target }));
  folder = mkdtempSync(join(tmpdir(), "gwc-run-"));
  file = join(folder, "krakend.json");
});
afterEach(() => void gwc?.kill("SIGKILL"));
afterAll(async () => {
  await upstream.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Puts a configuration in the place of the one before, as editors do. */
function write(pattern: string): void {
  const backend = [{ url_pattern: pattern }];
  const config = {
    version: 3,
    host: [upstream.url],
    listen_ip: "127.0.0.1",
    endpoints: [{ endpoint: "/a", backend }],
  };
  writeFileSync(`${file}.new`, JSON.stringify(config));
  renameSync(`${file}.new`, file);
}

/** Serves `/0`; settles when it does. */
async function run(...more: readonly string[]): Promise<ChildProcess> {
  port = await freePort();
  write("/0");
  output = "";
  const child = spawn(process.execPath, [program, "run", "-c", file, "-p", `${port}`, ...more], {
    cwd: folder,
  });
  gwc = child;
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString("latin1");
    });
  await until(() => output.includes("Listening on port"));
  return child;
}

async function target(): Promise<string> {
  const { body } = await send(port, { path: "/a" });
  return (JSON.parse(body.toString()) as { readonly target: string }).target;
}

async function becomes(expected: string): Promise<void> {
  const end = performance.now() + 15_000;
  while ((await target()) !== expected && performance.now() < end)
    await new Promise((done) => setTimeout(done, 20));
  expect(await target()).toBe(expected);
}

function ended(child: ChildProcess): Promise<number | null> {
  child.kill("SIGTERM");
  return new Promise((done) => child.on("exit", done));
}

describe("gwc run", () => {
  it("listens soon after it was called", async () => {
    const calledAt = performance.now();
    const child = await run("-w", "1");
    // Half a second on a quiet machine; what made it slow once, loading a printer, took as long on its own.
    expect(performance.now() - calledAt).toBeLessThan(5000);
    expect(await ended(child)).toBe(0);
  });

  it("starts as many threads as it is told, where they can share a port", async () => {
    const child = await run("-w", "2");
    expect(output).toContain(`threads: ${canSharePort(process.version, process.platform) ? 2 : 1}`);
    expect(await ended(child)).toBe(0);
  });

  it("takes a configuration over on SIGHUP, but not one with errors", async () => {
    const child = await run();
    expect(await target()).toBe("/0");
    write("/1");
    child.kill("SIGHUP");
    await becomes("/1");
    write("/{undefined}");
    child.kill("SIGHUP");
    await until(() => output.includes("the last good configuration goes on"));
    expect(output).toContain("error[backend/undefined-parameter]");
    expect(await target()).toBe("/1");
    write("/2");
    child.kill("SIGHUP");
    await becomes("/2");
    expect(await ended(child)).toBe(0);
  });

  it("takes a configuration over as soon as it is written, if it is told to watch", async () => {
    const child = await run("--watch");
    write("/1");
    await becomes("/1");
    writeFileSync(file, '{ "version": 3, ');
    await until(() => output.includes("the last good configuration goes on"));
    expect(await target()).toBe("/1");
    write("/2");
    await becomes("/2");
    expect(await ended(child)).toBe(0);
  });
});
