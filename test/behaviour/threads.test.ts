// Several threads on one port. Only newer versions of Node can do that; the suite runs on them as well.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canSharePort } from "../../src/runtime/thread.js";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { startLoad, until } from "../support/load.js";
import { json, type MockUpstream, startUpstream } from "../support/mock-upstream.js";

const canShare = canSharePort(process.version, process.platform);
const quiet = { router: { disable_access_log: true } };
const threads = (count: number): Record<string, string> => ({ GWC_WORKERS: `${count}` });

let upstream: MockUpstream;
let folder: string;

beforeAll(async () => {
  upstream = await startUpstream({ "/a": json({ a: 1 }), "/bad": json({}, { status: 500 }) });
  folder = mkdtempSync(join(tmpdir(), "gwc-threads-"));
});
afterAll(async () => {
  await upstream.close();
  rmSync(folder, { recursive: true, force: true });
});

const config = (): Record<string, unknown> => ({
  host: [upstream.url],
  extra_config: quiet,
  endpoints: [
    { endpoint: "/a", backend: [{ url_pattern: "/a" }] },
    {
      endpoint: "/limited",
      extra_config: { "qos/ratelimit/router": { max_rate: 1, every: "1h", capacity: 300 } },
      backend: [{ url_pattern: "/a" }],
    },
    {
      endpoint: "/clients",
      extra_config: {
        "qos/ratelimit/router": { client_max_rate: 1, every: "1h", client_capacity: 200, strategy: "ip" },
      },
      backend: [{ url_pattern: "/a" }],
    },
    {
      endpoint: "/bad",
      backend: [
        {
          url_pattern: "/bad",
          extra_config: { "qos/circuit-breaker": { interval: 60, timeout: 60, max_errors: 99 } },
        },
      ],
    },
  ],
});

async function stopped(gateway: TestGateway): Promise<void> {
  expect(await gateway.stop()).toBe(0);
}

describe("one thread", () => {
  it("is all there is where a port cannot be shared, and the log says so", async () => {
    const gateway = await startGateway(config(), { environment: threads(2) });
    const told = `Listening on port: ${gateway.port}, threads: ${canShare ? 2 : 1}`;
    await until(() => gateway.log().includes(told));
    expect(gateway.log().includes("cannot share a port")).toBe(!canShare);
    await stopped(gateway);
  });
});

// Below Node 22.12 there is one thread only.
describe.runIf(canShare)("three threads", () => {
  it("count as one, however many ask", async () => {
    const gateway = await startGateway(config(), { environment: threads(3) });
    await until(() => gateway.log().includes("threads: 3"));
    const counts = async (path: string, most: number): Promise<readonly (number | undefined)[]> => {
      const load = startLoad({ port: gateway.port, path, clients: 24, keepAlive: true, most });
      await load.stop();
      expect(load.failures).toEqual([]);
      return [200, 429, 500, 503].map((status) => load.statuses.get(status));
    };
    expect(await counts("/limited", 900)).toEqual([300, undefined, undefined, 600]);
    expect(await counts("/clients", 700)).toEqual([200, 500, undefined, undefined]);
    const before = upstream.requests.length;
    expect(await counts("/bad", 24 * 20)).toEqual([undefined, undefined, 480, undefined]);
    // 100 failures open the breaker; calls that were under way at that moment come on top.
    const made = upstream.requests.length - before;
    expect(made).toBeGreaterThanOrEqual(100);
    expect(made).toBeLessThanOrEqual(100 + 23);
    await stopped(gateway);
  });

  it("go on when one of them dies, which loses its own connections only", async () => {
    const flag = join(folder, "die");
    const extra = `
      if (globalThis[Symbol.for("gwc.thread")].index === 1) setInterval(() => {
        if (!require("node:fs").existsSync(${JSON.stringify(flag)})) return;
        require("node:fs").unlinkSync(${JSON.stringify(flag)});
        throw new Error("killed on purpose");
      }, 10);`;
    const gateway = await startGateway(config(), { environment: threads(3), extra });
    await until(() => gateway.log().includes("threads: 3"));
    const load = startLoad({ port: gateway.port, path: "/a", clients: 60, keepAlive: true });
    await load.more(300);
    writeFileSync(flag, "");
    await until(() => gateway.log().includes("thread 1 died: killed on purpose"));
    await load.more(1000);
    await load.stop();
    expect(load.failures.length).toBeGreaterThan(0);
    // The kernel spreads 60 connections over three threads, about 20 on each.
    expect(load.failures.length).toBeLessThan(45);
    expect(new Set(load.failures)).toEqual(new Set(["ECONNRESET"]));
    expect(existsSync(flag)).toBe(false);
    const after = startLoad({ port: gateway.port, path: "/a", clients: 30, keepAlive: false, most: 90 });
    await after.stop();
    expect([after.failures, after.statuses.get(200)]).toEqual([[], 90]);
    await stopped(gateway);
  });

  it("are replaced more and more slowly when they die at once", async () => {
    const extra = `
      if (globalThis[Symbol.for("gwc.thread")].index === 1) setTimeout(() => { throw new Error("dies again"); }, 200);`;
    const gateway = await startGateway(config(), { environment: threads(2), extra });
    const deaths = (): number => gateway.log().split("thread 1 died: dies again").length - 1;
    const started = performance.now();
    await until(() => deaths() >= 4);
    // 200 ms of life each, and pauses of 0, 100 and 200 ms.
    expect(performance.now() - started).toBeGreaterThan(4 * 200 + 250);
    const load = startLoad({ port: gateway.port, path: "/a", clients: 1, keepAlive: false, most: 10 });
    await load.stop();
    expect(load.statuses.get(200)).toBeGreaterThan(0);
    await stopped(gateway);
  });

  it("refuse a port that another gateway has", async () => {
    const gateway = await startGateway(config(), { environment: threads(2) });
    await until(() => gateway.log().includes("threads: 2"));
    const other = startGateway({ ...config(), port: gateway.port }, { environment: threads(2) });
    await expect(other).rejects.toThrow("bind: address already in use");
    await stopped(gateway);
  });
});
