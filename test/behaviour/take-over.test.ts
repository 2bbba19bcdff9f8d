// A new configuration takes the place of the one that serves, and the end of a gateway. With one thread
// on any Node, with all cores on those that can share a port.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canSharePort } from "../../src/runtime/thread.js";
import { compileText, freePort, startGateway, type TestGateway } from "../support/gateway.js";
import { send } from "../support/http.js";
import { startLoad, until } from "../support/load.js";
import { answer, delayed, json, type MockUpstream, startUpstream } from "../support/mock-upstream.js";

const canShare = canSharePort(process.version, process.platform);
/** How often a configuration is taken over under load here; `npm run soak:reload` does it 100 times. */
const TAKE_OVERS = 20;

let upstream: MockUpstream;
beforeAll(async () => {
  upstream = await startUpstream((request) =>
    request.target.startsWith("/slow")
      ? delayed(700, json({ target: request.target }))
      : answer(JSON.stringify({ target: request.target }), {
          headers: [["Content-Type", "application/json"]],
        }),
  );
});
afterAll(() => upstream.close());

/** A configuration whose answers tell its number. */
function numbered(number: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    version: 3,
    host: [upstream.url],
    listen_ip: "127.0.0.1",
    extra_config: { router: { disable_access_log: true } },
    endpoints: [
      { endpoint: "/a", backend: [{ url_pattern: `/a/${number}` }] },
      { endpoint: "/slow", backend: [{ url_pattern: `/slow/${number}` }] },
      {
        endpoint: "/limited",
        extra_config: { "qos/ratelimit/router": { max_rate: 1, every: "1h", capacity: 10 } },
        backend: [{ url_pattern: "/a" }],
      },
    ],
    ...more,
  };
}

const taken = (gateway: TestGateway): number => gateway.log().split("a new configuration serves").length - 1;

async function takeOver(gateway: TestGateway, config: Record<string, unknown>): Promise<void> {
  await takeOverCode(gateway, await compileText({ port: gateway.port, ...config }));
}

async function takeOverCode(gateway: TestGateway, code: string): Promise<void> {
  const before = taken(gateway);
  gateway.write(code);
  gateway.process.kill("SIGHUP");
  await until(() => taken(gateway) > before);
}

const statusOf = async (gateway: TestGateway, path: string, port = gateway.port): Promise<number> =>
  (await send(port, { path })).status;

describe.each(canShare ? [1, 2] : [1])("with %i threads", (threads) => {
  const environment = { GWC_WORKERS: `${threads}` };
  const start = async (config: Record<string, unknown>): Promise<TestGateway> => {
    const gateway = await startGateway(config, { environment });
    await until(() => gateway.log().includes(`threads: ${threads}`));
    return gateway;
  };

  it.each([
    true,
    false,
  ])("no request fails while configurations change, connections kept: %s", async (keepAlive) => {
    const gateway = await start(numbered(0));
    const load = startLoad({ port: gateway.port, path: "/a", clients: 16, keepAlive });
    // Compiling takes long, and only this differs.
    const code = await compileText({ port: gateway.port, ...numbered(0) });
    for (let number = 1; number <= TAKE_OVERS; number += 1) {
      await takeOverCode(gateway, code.replaceAll("/a/0", `/a/${number}`));
      await load.more(40);
    }
    await load.stop();
    expect(load.failures).toEqual([]);
    expect([...load.statuses.keys()]).toEqual([200]);
    // Each of them served; the last one is what serves now.
    expect(load.bodies.size).toBe(TAKE_OVERS + 1);
    const { body } = await send(gateway.port, { path: "/a" });
    expect(body.toString()).toContain(`/a/${TAKE_OVERS}`);
    expect(await gateway.stop()).toBe(0);
  });

  it("a broken one is refused with its reason, and the last good one goes on", async () => {
    const gateway = await start(numbered(0));
    gateway.write("throw new Error('broken on purpose');");
    gateway.process.kill("SIGHUP");
    await until(() => gateway.log().includes("the new one is refused"));
    await until(() => gateway.log().includes("broken on purpose"));
    expect(await statusOf(gateway, "/a")).toBe(200);
    await takeOver(gateway, numbered(1));
    expect((await send(gateway.port, { path: "/a" })).body.toString()).toContain("/a/1");
    expect(await gateway.stop()).toBe(0);
  });

  it("what was asked of the old one is answered, and limits go on counting", async () => {
    const gateway = await start(numbered(0));
    for (let each = 0; each < 6; each += 1) expect(await statusOf(gateway, "/limited")).toBe(200);
    const slow = send(gateway.port, { path: "/slow" });
    await upstream.waitForRequests(upstream.requests.length + 1);
    await takeOver(gateway, numbered(1));
    for (let each = 0; each < 4; each += 1) expect(await statusOf(gateway, "/limited")).toBe(200);
    expect(await statusOf(gateway, "/limited")).toBe(503);
    expect((await slow).body.toString()).toContain("/slow/0");
    expect(await gateway.stop()).toBe(0);
  });

  it("it may listen elsewhere", async () => {
    const gateway = await start(numbered(0));
    const port = await freePort();
    await takeOver(gateway, numbered(1, { port }));
    expect(await statusOf(gateway, "/a", port)).toBe(200);
    await expect(send(gateway.port, { path: "/a" })).rejects.toThrow();
    // Where it cannot listen, nothing changes.
    gateway.write(await compileText(numbered(2, { port: upstream.port })));
    gateway.process.kill("SIGHUP");
    await until(() => gateway.log().includes("address already in use"));
    expect(await statusOf(gateway, "/a", port)).toBe(200);
    expect(await gateway.stop()).toBe(0);
  });

  it("what listens beside it goes on, too", async () => {
    const port = await freePort();
    const metrics = {
      router: { disable_access_log: true },
      "telemetry/metrics": { listen_address: `127.0.0.1:${port}` },
    };
    const gateway = await start(numbered(0, { extra_config: metrics }));
    await until(() => gateway.log().includes("Listening"));
    expect(await statusOf(gateway, "/__stats", port)).toBe(200);
    await takeOver(gateway, numbered(1, { extra_config: metrics }));
    await until(() => taken(gateway) === 1);
    // The old program lets go of the port after five seconds; the new one tries four times a second.
    let missed = 0;
    for (let tries = 0; tries < 50; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 120));
      if ((await statusOf(gateway, "/__stats", port).catch(() => 0)) !== 200) missed += 1;
    }
    expect(missed).toBeLessThan(8);
    expect(await statusOf(gateway, "/__stats", port)).toBe(200);
    expect(await statusOf(gateway, "/a")).toBe(200);
    expect(await gateway.stop()).toBe(0);
  });

  it("requests that run at the end are answered, and the exit code is 0", async () => {
    const gateway = await start(numbered(0));
    const slow = send(gateway.port, { path: "/slow" });
    await upstream.waitForRequests(upstream.requests.length + 1);
    const stop = gateway.stop();
    expect((await slow).status).toBe(200);
    expect(await stop).toBe(0);
  });

  it("but not for longer than max_shutdown_wait_time", async () => {
    const gateway = await start(numbered(0, { max_shutdown_wait_time: "200ms" }));
    const slow = send(gateway.port, { path: "/slow" }).catch((fault: Error) => fault);
    await upstream.waitForRequests(upstream.requests.length + 1);
    const before = performance.now();
    expect(await gateway.stop()).toBe(0);
    expect(performance.now() - before).toBeLessThan(650);
    expect(gateway.log()).toContain("context deadline exceeded");
    await slow;
  });

  it("health tells that it will stop, and requests are served meanwhile", async () => {
    const gateway = await startGateway(numbered(0), {
      environment: { ...environment, GWC_SHUTDOWN_DELAY: "700ms" },
    });
    expect(await statusOf(gateway, "/__health")).toBe(200);
    const stop = gateway.stop();
    await new Promise((resolve) => setTimeout(resolve, 150));
    const health = await send(gateway.port, { path: "/__health" });
    expect([health.status, health.body.toString()]).toEqual([
      503,
      expect.stringContaining('"status":"stopping"'),
    ]);
    expect(await statusOf(gateway, "/a")).toBe(200);
    expect(await stop).toBe(0);
  });
});
