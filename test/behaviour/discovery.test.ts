// Names of backends: SRV records, addresses that change, and time that runs out over them.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask } from "../support/calls.js";
import type { DnsServer, Srv } from "../support/dns-server.js";
import { startDns } from "../support/dns-server.js";
import { json, type MockUpstream, startUpstream, type UpstreamRequest } from "../support/mock-upstream.js";
import { headerValue } from "../support/wire.js";

const dns: DnsServer = await startDns({});
// Read when the runtime is loaded.
process.env.GWC_DNS_SERVERS = dns.address;
const { DiscoveredUpstream, hostsOf } = await import("../../src/runtime/discovery.js");
const { Upstream } = await import("../../src/runtime/upstream.js");
const { DEFAULT_TRANSPORT } = await import("../../src/runtime/transport.js");

const QUICK = { ...DEFAULT_TRANSPORT, dnsRefreshMs: 100 };
const who = (name: string) => ({ "/": (_request: UpstreamRequest) => json(name) });
const settle = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let one: MockUpstream;
let two: MockUpstream;

beforeAll(async () => {
  [one, two] = [await startUpstream(who("one")), await startUpstream(who("two"))];
  dns.names.set("node.example.com", { addresses: ["127.0.0.1"] });
});

afterAll(async () => {
  await one.close();
  await two.close();
  await dns.close();
});

function srv(port: number, weight = 1, priority = 1): Srv {
  return { port, weight, priority, target: "node.example.com" };
}

async function answers(upstream: InstanceType<typeof Upstream>, count: number): Promise<string> {
  const all: string[] = [];
  for (let index = 0; index < count; index += 1) all.push(await ask(upstream, "/"));
  return all.sort().join(" ");
}

describe("sd: dns", () => {
  it("calls the hosts that DNS knows, as often as their weights say", async () => {
    dns.names.set("_w.example.com", { srv: [srv(one.port, 30), srv(two.port, 10), srv(1, 1, 2)] });
    const upstream = new DiscoveredUpstream("_w.example.com", "http");
    expect(await answers(upstream, 8)).toBe('"one" "one" "one" "one" "one" "one" "two" "two"');
    expect(headerValue(one.requests[0]!.headers, "host")).toBe(`node.example.com.:${one.port}`);
  });

  it("looks again, and goes where the name has gone", async () => {
    dns.names.set("_m.example.com", { srv: [srv(one.port)] });
    const upstream = new DiscoveredUpstream("_m.example.com", "http", QUICK);
    expect(await answers(upstream, 2)).toBe('"one" "one"');
    dns.names.set("_m.example.com", { srv: [srv(two.port)] });
    await settle(250);
    expect(await answers(upstream, 2)).toBe('"two" "two"');
    expect(one.open).toBe(0);
  });

  it("keeps what it knows while DNS fails", async () => {
    dns.names.set("_k.example.com", { srv: [srv(one.port)] });
    const upstream = new DiscoveredUpstream("_k.example.com", "http", QUICK);
    expect(await ask(upstream, "/")).toBe('"one"');
    dns.names.delete("_k.example.com");
    await settle(250);
    expect(await ask(upstream, "/")).toBe('"one"');
  });

  it("has no hosts without records, and has them as soon as there are some", async () => {
    const upstream = new DiscoveredUpstream("_n.example.com", "http", QUICK);
    expect(await ask(upstream, "/")).toBe("no hosts available");
    dns.names.set("_n.example.com", { srv: [srv(one.port)] });
    await settle(250);
    expect(await ask(upstream, "/")).toBe('"one"');
  });

  it("does not wait for DNS beyond the deadline", async () => {
    dns.silent = true;
    try {
      const upstream = new DiscoveredUpstream("_s.example.com", "http");
      const started = performance.now();
      expect(await ask(upstream, "/", { timeoutMs: 100 })).toBe("no hosts available");
      expect(performance.now() - started).toBeLessThan(1000);
    } finally {
      dns.silent = false;
    }
  });
});

describe("hosts of records", () => {
  const host = (name: string, weight: number, priority = 0) => ({ name, weight, priority, port: 80 });
  const counts = (hosts: readonly string[]) => {
    const found = new Map<string, number>();
    for (const each of hosts) found.set(each, (found.get(each) ?? 0) + 1);
    return Object.fromEntries(found);
  };

  it.each([
    ["one of any weight", [host("a", 7)], { "http://a.:80": 1 }],
    ["weight 0 is out", [host("a", 0), host("b", 3)], { "http://b.:80": 1 }],
    ["all of weight 0", [host("a", 0), host("b", 0)], {}],
    [
      "the lowest priority",
      [host("a", 1, 5), host("b", 1, 4), host("c", 1, 4)],
      { "http://b.:80": 1, "http://c.:80": 1 },
    ],
    [
      "their greatest common divisor",
      [host("a", 40), host("b", 60)],
      { "http://b.:80": 3, "http://a.:80": 2 },
    ],
    [
      "scaled to a hundred",
      [host("a", 1000), host("b", 5), host("c", 500)],
      { "http://a.:80": 2, "http://c.:80": 1 },
    ],
  ])("%s", (_about, records, expected) => {
    expect(counts(hostsOf(records, "http"))).toEqual(expected);
  });

  it("have the scheme that is asked for, and no dot is doubled", () => {
    expect(hostsOf([host("a.example.com.", 1)], "https")).toEqual(["https://a.example.com.:80"]);
  });
});

describe("names of hosts", () => {
  it("are looked up for each new connection", async () => {
    dns.names.set("plain.example.com", { addresses: ["127.0.0.1"] });
    const transport = { ...DEFAULT_TRANSPORT, keepAlive: false };
    const upstream = new Upstream([`http://plain.example.com:${one.port}`], transport);
    dns.questions.length = 0;
    await answers(upstream, 3);
    expect(dns.questions.filter((each) => each === "plain.example.com A")).toHaveLength(3);
  });

  it("that are unknown fail", async () => {
    const url = "http://unknown.example.com:80";
    expect(await ask(new Upstream([url]), "/")).toBe(
      `Get "${url}/": dial tcp: lookup unknown.example.com: no such host`,
    );
  });

  it("are given up after dialer_timeout", async () => {
    dns.silent = true;
    try {
      const upstream = new Upstream(["http://silent.example.com:80"], {
        ...DEFAULT_TRANSPORT,
        dialTimeoutMs: 100,
      });
      const started = performance.now();
      expect(await ask(upstream, "/")).toBe(
        'Get "http://silent.example.com:80/": dial tcp: lookup silent.example.com: i/o timeout',
      );
      expect(performance.now() - started).toBeLessThan(1500);
    } finally {
      dns.silent = false;
    }
  });

  it("that moved take their connections along when they are idle", async () => {
    dns.names.set("moves.example.com", { addresses: ["127.0.0.1"] });
    const before = one.open;
    const upstream = new Upstream([`http://moves.example.com:${one.port}`], QUICK);
    expect(await ask(upstream, "/")).toBe('"one"');
    await settle(350);
    expect(one.open).toBe(before + 1);
    dns.names.set("moves.example.com", { addresses: ["127.0.0.2"] });
    await expect.poll(() => one.open, { timeout: 3000 }).toBe(before);
  });

  it("with several addresses: one that refuses is passed over", async () => {
    dns.names.set("both.example.com", { addresses: ["::1", "127.0.0.1"] });
    for (const fallbackDelayMs of [300, 0]) {
      const transport = { ...DEFAULT_TRANSPORT, fallbackDelayMs };
      const upstream = new Upstream([`http://both.example.com:${one.port}`], transport);
      expect(await ask(upstream, "/")).toBe('"one"');
    }
  });
});
