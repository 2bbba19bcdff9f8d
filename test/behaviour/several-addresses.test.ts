// Names with several addresses, of which some do not answer: how long one may take before the next is tried.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DnsServer, startDns } from "../support/dns-server.js";
import { startGateway } from "../support/gateway.js";
import { send } from "../support/http.js";

/** Is stopped when it listens, and accepts nobody: once its queue is full the kernel drops whoever comes. */
const DEAF = `
  const server = require("node:http").createServer((_request, response) => response.end('{"late":1}'));
  server.listen({ port: 0, host: "127.0.0.2", backlog: 1 }, () => console.log(server.address().port));
`;

// Other systems have one loopback address only, and queues of another kind.
describe.runIf(process.platform === "linux")("a name with several addresses", () => {
  let deaf: ChildProcess;
  let port: number;
  let dns: DnsServer;
  let backend: http.Server;
  const queued: net.Socket[] = [];

  /** Whether a connection is there within this time. */
  function connects(host: string, ms: number): Promise<boolean> {
    const socket = net.connect({ host, port });
    queued.push(socket);
    socket.on("error", () => {});
    return new Promise((resolve) => {
      socket.once("connect", () => resolve(true));
      setTimeout(() => resolve(false), ms);
    });
  }

  beforeAll(async () => {
    deaf = spawn(process.execPath, ["-e", DEAF], { stdio: ["ignore", "pipe", "inherit"] });
    const [first] = await once(deaf.stdout!, "data");
    port = Number(String(first));
    deaf.kill("SIGSTOP");
    while (await connects("127.0.0.2", 300)) if (queued.length > 20) throw new Error("it accepts all");
    backend = http.createServer((_request, response) => response.end('{"a":1}')).listen(port, "127.0.0.3");
    await once(backend, "listening");
    dns = await startDns({
      "deaf-first.example.com": { addresses: ["127.0.0.2", "127.0.0.3"] },
      "refused-first.example.com": { addresses: ["127.0.0.4", "127.0.0.3"] },
      "deaf-then-refused.example.com": { addresses: ["127.0.0.2", "127.0.0.4"] },
      "all-refused.example.com": { addresses: ["127.0.0.4", "127.0.0.5"] },
    });
  });

  afterAll(async () => {
    for (const socket of queued) socket.destroy();
    deaf.kill("SIGKILL");
    backend.close();
    backend.closeAllConnections();
    await dns.close();
  });

  /** Status, body, and milliseconds of the first call to each name. */
  async function calls(
    options: object,
    names: readonly string[],
  ): Promise<readonly [number, string, number][]> {
    const gateway = await startGateway(
      {
        timeout: "3s",
        extra_config: { router: { return_error_msg: true } },
        ...options,
        endpoints: names.map((name) => ({
          endpoint: `/${name}`,
          backend: [{ url_pattern: "/", host: [`http://${name}.example.com:${port}`] }],
        })),
      },
      { environment: { GWC_DNS_SERVERS: dns.address } },
    );
    try {
      const seen: [number, string, number][] = [];
      for (const name of names) {
        const started = performance.now();
        const { status, body } = await send(gateway.port, { path: `/${name}` });
        seen.push([status, body.toString(), performance.now() - started]);
      }
      return seen;
    } finally {
      await gateway.stop();
    }
  }

  it("one that does not answer holds a call up for dialer_fallback_delay, 300 ms unless said otherwise", async () => {
    const [[status, body, ms]] = (await calls({}, ["deaf-first"])) as [[number, string, number]];
    expect([status, body]).toEqual([200, '{"a":1}']);
    expect(ms).toBeGreaterThan(280);
    expect(ms).toBeLessThan(1200);
    const [[, , fast]] = (await calls({ dialer_fallback_delay: "50ms" }, ["deaf-first"])) as [
      [number, string, number],
    ];
    expect(fast).toBeLessThan(280);
  });

  it("one after the other where the delay is negative, so that it holds a call up for ever", async () => {
    const [[status, body]] = (await calls({ dialer_fallback_delay: "-1s", timeout: "1s" }, [
      "deaf-first",
    ])) as [[number, string, number]];
    expect([status, body]).toEqual([500, "context deadline exceeded"]);
  });

  it("one that refuses is left at once, and the first one's reason speaks for all", async () => {
    const [first, all] = await calls({ dialer_fallback_delay: "1s" }, ["refused-first", "all-refused"]);
    expect(first![0]).toBe(200);
    expect(first![2]).toBeLessThan(500);
    expect(all![1]).toContain(`dial tcp 127.0.0.4:${port}: connect: connection refused`);
  });

  // The kernel knocks again after a second.
  it("one that is slow is waited for where no other answers", async () => {
    setTimeout(() => deaf.kill("SIGCONT"), 900);
    const [first] = await calls({}, ["deaf-then-refused"]);
    expect(first!.slice(0, 2)).toEqual([200, '{"late":1}']);
    expect(first![2]).toBeGreaterThan(400);
  });
});
