// What operators read: `/__stats` and the page of OpenCensus for Prometheus, as a blog's example has them.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort, startGateway, type TestGateway } from "../support/gateway.js";
import { send } from "../support/http.js";
import { answer, json, type MockUpstream, startUpstream } from "../support/mock-upstream.js";
import { type ParsedFamily, parsePage, valuesOf } from "../support/prometheus.js";

const SCRAPER = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";

let upstream: MockUpstream;
beforeAll(async () => {
  upstream = await startUpstream({
    "/ok": json({ ok: true }),
    "/ok?a=1": json({ ok: true }),
    "/fails": json({}, { status: 503 }),
    "/big": answer("x".repeat(5000)),
  });
});
afterAll(() => upstream.close());

const endpoints = [
  { endpoint: "/u/{id}", backend: [{ url_pattern: "/ok" }] },
  { endpoint: "/u/{id}", method: "POST", backend: [{ url_pattern: "/ok", method: "GET" }] },
  { endpoint: "/Part", backend: [{ url_pattern: "/ok?a=1", group: "a" }, { url_pattern: "/fails" }] },
  { endpoint: "/fails", backend: [{ url_pattern: "/fails" }] },
  { endpoint: "/raw", output_encoding: "no-op", backend: [{ url_pattern: "/big" }] },
  {
    endpoint: "/limited",
    extra_config: { "qos/ratelimit/router": { max_rate: 0.001, capacity: 1 } },
    backend: [{ url_pattern: "/ok" }],
  },
];
const PATHS = [
  "/u/1",
  "/u/2?x=1",
  "/Part",
  "/fails",
  "/raw",
  "/limited",
  "/limited",
  "/none",
  "/u/1/",
  "/__health",
];

async function serve(blocks: object): Promise<TestGateway> {
  const gateway = await startGateway({ host: [upstream.url], endpoints, extra_config: blocks });
  for (const path of PATHS) await send(gateway.port, { path });
  await send(gateway.port, { path: "/u/3", method: "POST", body: "12345" });
  await send(gateway.port, { path: "/raw", method: "POST" });
  return gateway;
}

describe("/__stats", () => {
  let gateway: TestGateway;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    gateway = await serve({
      "telemetry/metrics": { collection_time: "60s", listen_address: `127.0.0.1:${port}` },
    });
  });
  afterAll(() => gateway.stop());

  it("is KrakenD's flat document, one sorted key a line", async () => {
    const response = await send(port, { path: "/__stats" });
    const text = response.body.toString();
    expect(text).toMatch(/^\{\n"cmdline": \[.*\],\n"krakend\./);
    expect(text).toMatch(/\n\}\n$/);
    const stats = JSON.parse(text) as Record<string, number>;
    expect(Object.keys(stats)).toEqual([...Object.keys(stats)].sort());
    const pipe = "krakend.proxy.requests.layer.pipe.name.";
    expect(stats).toMatchObject({
      "krakend.router.connected": 8,
      "krakend.router.disconnected": 8,
      "krakend.router.connected-total": 0,
      "krakend.router.response./u/:id.status": 0,
      "krakend.router.response./u/:id.status.200.count": 3,
      "krakend.router.response./u/:id.size.min": 11,
      "krakend.router.response./u/:id.size.50-percentile": 11,
      "krakend.router.response./fails.size.max": -1,
      "krakend.router.response./raw.size.mean": 5000,
      "krakend.router.response./limited.status.503.count": 1,
      "krakend.router.response./limited.size.min": 0,
      [`${pipe}/Part.complete.false.error.true`]: 1,
      [`${pipe}/limited.complete.true.error.false`]: 1,
      [`${pipe}/raw.complete.true.error.false`]: 1,
      "krakend.proxy.requests.layer.backend.name./ok?a=1.complete.true.error.false": 1,
      "krakend.proxy.requests.layer.backend.name./fails.complete.false.error.true": 2,
    });
    expect(stats["krakend.router.response./u/:id.time.mean"]).toBeGreaterThan(10_000);
    expect(stats["krakend.router.response./u/:id.time.mean"]).toBeLessThan(1e9);
    expect(Object.keys(stats).filter((key) => key.startsWith("krakend.service."))).toHaveLength(80);
  });

  it("is text for Prometheus when a scraper asks", async () => {
    const response = await send(port, { path: "/__stats", headers: { Accept: SCRAPER } });
    const page = parsePage(response.body.toString());
    expect(valuesOf(page.get("krakend_router_response_status_total"))).toMatchObject({
      "endpoint=/u/:id,status=200": 3,
      "endpoint=/limited,status=503": 1,
    });
    expect(page.get("krakend_proxy_requests_total")?.type).toBe("COUNTER");
    expect(page.get("krakend_router_response_time_seconds")?.metrics.length).toBe(6 * 5 - 5);
  });

  it("is all that there is on that port", async () => {
    const seen = [];
    for (const [method, path] of [
      ["GET", "/"],
      ["HEAD", "/__stats"],
      ["POST", "/__stats"],
      ["GET", "/__stats/"],
    ] as const)
      seen.push((await send(port, { method, path })).status);
    expect(seen).toEqual([404, 405, 405, 301]);
  });
});

describe("telemetry/metrics", () => {
  it("shows one period, and goes on without its port", async () => {
    const taken = createServer().listen(0);
    const { port } = taken.address() as AddressInfo;
    const free = await freePort();
    const busy = await serve({ "telemetry/metrics": { listen_address: `:${port}` } });
    expect(busy.log()).toContain("ERROR: [SERVICE: Stats] listen EADDRINUSE");
    await busy.stop();
    taken.close();
    const quick = await serve({
      "telemetry/metrics": { collection_time: "200ms", listen_address: `:${free}`, proxy_disabled: true },
    });
    const stats = async (): Promise<Record<string, number>> =>
      JSON.parse((await send(free, { path: "/__stats" })).body.toString()) as Record<string, number>;
    await expect.poll(async () => (await stats())["krakend.router.connected-total"]).toBe(8);
    const after = await stats();
    expect(after["krakend.router.connected"]).toBe(0);
    expect(after["krakend.router.response./u/:id.time.count"]).toBe(0);
    expect(after["krakend.router.response./u/:id.status.200.count"]).toBe(3);
    expect(Object.keys(after).some((key) => key.includes("layer.pipe"))).toBe(false);
    await quick.stop();
  });
});

describe("telemetry/opencensus", () => {
  async function pageOf(prometheus: object, more: object = {}): Promise<ReadonlyMap<string, ParsedFamily>> {
    const port = await freePort();
    const exporters = { prometheus: { port, namespace: "krakend", ...prometheus } };
    const gateway = await serve({ "telemetry/opencensus": { exporters, ...more } });
    const response = await send(port, { path: "/metrics", headers: { Accept: SCRAPER } });
    expect(response.headers).toContainEqual([
      "Content-Type",
      "text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
    ]);
    await gateway.stop();
    return parsePage(response.body.toString());
  }

  it("has the views of OpenCensus with their labels and buckets", async () => {
    const page = await pageOf({});
    const view = (name: string): ParsedFamily | undefined => page.get(`krakend_opencensus_io_http_${name}`);
    expect(valuesOf(view("server_request_count"))).toEqual({ "": 10 });
    expect(valuesOf(view("server_request_count_by_method"))).toEqual({
      "http_method=GET": 8,
      "http_method=POST": 2,
    });
    expect(valuesOf(view("server_response_count_by_status_code"))).toEqual({
      "http_status=200": 6,
      "http_status=404": 1,
      "http_status=405": 1,
      "http_status=500": 1,
      "http_status=503": 1,
    });
    expect(valuesOf(view("client_completed_count"))).toEqual({
      "http_client_method=GET,http_client_status=200": 6,
    });
    const received = view("client_received_bytes")?.metrics[0];
    expect(received?.buckets).toMatchObject({ "1024": "5", "4096": "5", "16384": "6", "+Inf": "6" });
    expect(received?.buckets).toHaveProperty("1.048576e+06");
    expect(received?.sum).toBe("5055");
    expect(view("server_request_bytes")?.metrics[0]).toMatchObject({ sum: "5", count: "10" });
    expect(Object.keys(view("server_latency")?.metrics[0]?.buckets ?? {})).toHaveLength(35);
    expect(view("server_latency")?.help).toBe("Latency distribution of HTTP requests");
    expect(page.get("process_resident_memory_bytes")).toBeDefined();
    expect(page.get("go_memstats_heap_alloc_bytes")).toBeDefined();
  });

  it("adds tags to every view, and leaves layers out", async () => {
    const page = await pageOf(
      { tag_path: true, tag_statuscode: true, namespace: "" },
      { enabled_layers: { router: true } },
    );
    expect(valuesOf(page.get("opencensus_io_http_server_request_count"))).toMatchObject({
      "http_path=/u/{id},http_status=": 3,
      "http_path=/part,http_status=": 1,
      "http_path=noroute,http_status=": 1,
      "http_path=nomethod,http_status=": 1,
    });
    expect(page.get("opencensus_io_http_server_response_bytes")?.metrics).toContainEqual(
      expect.objectContaining({ labels: { http_path: "/fails", http_status: "500" }, sum: "-1" }),
    );
    expect(page.get("opencensus_io_http_client_completed_count")).toBeUndefined();
  });

  it("ends the gateway when it cannot listen", async () => {
    const taken = createServer().listen(0);
    const { port } = taken.address() as AddressInfo;
    const exporters = { prometheus: { port } };
    await expect(
      startGateway({ endpoints: [], extra_config: { "telemetry/opencensus": { exporters } } }),
    ).rejects.toThrow("The Prometheus exporter failed to listen and serve");
    taken.close();
  });

  it("tells every backend where the call stands in a trace, in B3 headers", async () => {
    const gateway = await serve({ "telemetry/opencensus": { exporters: {} } });
    upstream.requests.length = 0;
    const id = "463ac35c9f6413ad48485a3953bb6124";
    await send(gateway.port, { path: "/u/1", headers: { "X-B3-TraceId": id, "X-B3-Sampled": "1" } });
    await gateway.stop();
    const headers = new Map(
      upstream.requests[0]?.headers.map(([name, value]) => [name.toLowerCase(), value]),
    );
    expect(headers.get("x-b3-traceid")).toBe(id);
    expect(headers.get("x-b3-spanid")).toMatch(/^[0-9a-f]{16}$/);
    expect(headers.get("x-b3-sampled")).toBe("0");
  });
});
