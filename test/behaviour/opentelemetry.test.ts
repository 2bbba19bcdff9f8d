// OpenTelemetry as its users meet it: a page for Prometheus, and a collector that gets OTLP.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { attributesOf, type CollectedSpan, type Collector, startCollector } from "../support/collector.js";
import { freePort, startGateway, type TestGateway } from "../support/gateway.js";
import { send } from "../support/http.js";
import { answer, json, type MockUpstream, startUpstream } from "../support/mock-upstream.js";
import { type ParsedFamily, parsePage, valuesOf } from "../support/prometheus.js";

let upstream: MockUpstream;
beforeAll(async () => {
  upstream = await startUpstream({
    "/Items/1": json({ ok: true }),
    "/prices/1": json({ ok: true }),
    "/fails": json({}, { status: 503 }),
    "/raw": answer("x".repeat(300)),
  });
});
afterAll(() => upstream.close());

const endpoints = [
  {
    endpoint: "/shop/{id}",
    backend: [
      { url_pattern: "/Items/{id}", group: "item" },
      { url_pattern: "/prices/{id}", group: "price" },
    ],
  },
  { endpoint: "/fails", backend: [{ url_pattern: "/fails" }] },
  { endpoint: "/raw", output_encoding: "no-op", backend: [{ url_pattern: "/raw" }] },
];

function serve(block: object): Promise<TestGateway> {
  return startGateway({
    name: "shop",
    host: [upstream.url],
    endpoints,
    extra_config: { "telemetry/opentelemetry": block, router: { disable_access_log: true } },
  });
}

function boundsOf(family: ParsedFamily | undefined): readonly string[] {
  const bounds = Object.keys(family?.metrics[0]?.buckets ?? {});
  const size = (bound: string): number => (bound === "+Inf" ? Number.POSITIVE_INFINITY : Number(bound));
  return bounds.sort((a, b) => size(a) - size(b));
}

const SCOPE = "otel_scope_name=io.krakend.krakend-otel,otel_scope_version=";

describe("the page for Prometheus", () => {
  async function pageOf(more: object, paths: readonly string[]): Promise<ReadonlyMap<string, ParsedFamily>> {
    const port = await freePort();
    const gateway = await serve({ exporters: { prometheus: [{ name: "p", port }] }, ...more });
    for (const path of paths) await send(gateway.port, { path });
    const response = await send(port, { path: "/metrics" });
    await gateway.stop();
    expect(response.headers).toContainEqual([
      "Content-Type",
      "text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
    ]);
    return parsePage(response.body.toString());
  }

  it("has KrakenD's names, labels and buckets", async () => {
    const page = await pageOf({}, ["/shop/1", "/shop/1", "/fails", "/raw", "/none", "/__health"]);
    const server = page.get("http_server_duration");
    expect(server?.type).toBe("HISTOGRAM");
    expect(
      server?.metrics.map(({ labels, count }) => [
        labels.http_route,
        labels.http_response_status_code,
        count,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ["/shop/:id", "200", "2"],
        ["/fails", "500", "1"],
        ["404 Not Found", "404", "1"],
      ]),
    );
    expect(server?.metrics.find(({ labels }) => labels.http_route === "/shop/:id")?.labels).toEqual({
      http_request_method: "GET",
      http_response_status_code: "200",
      http_route: "/shop/:id",
      otel_scope_name: "io.krakend.krakend-otel",
      otel_scope_version: "",
      url_scheme: "http",
    });
    expect(boundsOf(server).join(" ")).toBe(
      "0.01 0.02 0.05 0.075 0.1 0.125 0.15 0.175 0.2 0.25 0.3 0.35 0.5 0.75 1 1.5 2 3.5 5 10 +Inf",
    );
    const sizes = page.get("http_server_response_size")?.metrics[0]?.buckets ?? {};
    expect(Object.keys(sizes)).toEqual(
      expect.arrayContaining(["128", "524288", "1.048576e+06", "6.7108864e+07"]),
    );
    expect(server?.metrics.some(({ labels }) => labels.http_route === "200 OK")).toBe(false);
    const proxy = page.get("krakend_proxy_duration")?.metrics ?? [];
    expect(
      proxy.map(({ labels, count }) => [
        labels.http_route,
        labels.complete,
        labels.error,
        labels.canceled,
        count,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ["/shop/:id", "true", "false", "false", "2"],
        ["/fails", "false", "true", "false", "1"],
      ]),
    );
    const port = 80;
    const client = (route: string, endpoint: string, status: number): string =>
      `clientname=${route},http_request_method=GET,http_response_status_code=${status},http_route=${route},krakend_endpoint_method=GET,krakend_endpoint_route=${endpoint},${SCOPE},server_address=127.0.0.1,server_port=${port}`;
    expect(valuesOf(page.get("http_client_request_started_count_total"))).toEqual({
      [client("/items/:id", "/shop/:id", 200)]: 2,
      [client("/prices/:id", "/shop/:id", 200)]: 2,
      [client("/fails", "/fails", 503)]: 1,
      [client("/raw", "/raw", 200)]: 1,
    });
    expect(page.get("http_client_request_failed_count_total")).toBeUndefined();
    expect(page.get("http_client_response_read_size_total")?.metrics.map(({ value }) => value)).toContain(
      "300",
    );
    expect(page.get("http_client_response_read_time_hist_seconds")?.metrics).toHaveLength(1);
    expect(page.get("krakend_backend_duration")?.metrics).toHaveLength(4);
    expect(valuesOf(page.get("otel_scope_info"))).toEqual({ [SCOPE]: 1 });
    expect(valuesOf(page.get("target_info"))).toEqual({ "service_name=shop,service_version=2.13.8": 1 });
    expect(page.get("process_open_fds")).toBeUndefined();
  });

  it("has the names of the conventions 1.27, static attributes, and only the layers that are asked for", async () => {
    const layers = {
      global: { semantic_convention: "1.27", metrics_static_attributes: [{ key: "my.team", value: 'a"b' }] },
      proxy: { disable_metrics: true },
      backend: { metrics: { round_trip: true, disable_stage: true } },
    };
    const page = await pageOf({ layers }, ["/shop/1"]);
    expect(page.get("http_server_request_duration_seconds")?.help).toBe("Duration of HTTP server requests.");
    expect(page.get("http_server_request_duration_seconds")?.metrics[0]?.labels.my_team).toBe('a"b');
    expect([...page.keys()]).toEqual(
      expect.arrayContaining([
        "http_client_request_duration_seconds",
        "http_client_request_body_size_bytes",
        "http_client_response_body_size_bytes",
        "http_server_response_body_size_bytes",
      ]),
    );
    for (const gone of ["http_server_duration", "krakend_proxy_duration", "krakend_backend_duration"])
      expect(page.get(gone)).toBeUndefined();
    expect([...page.keys()].filter((name) => name.includes("_count"))).toEqual([]);
  });
});

describe("a collector", () => {
  let collector: Collector;
  beforeEach(async () => {
    collector = await startCollector();
  });
  afterEach(() => collector.close());

  const byStage = (spans: readonly CollectedSpan[], stage: string): readonly CollectedSpan[] =>
    spans.filter(({ attributes }) => attributesOf(attributes)["krakend.stage"] === stage);

  it("gets the spans of a request as a tree, over gRPC, and the backends are told", async () => {
    const exporter = { name: "c", host: "127.0.0.1", port: collector.grpcPort, disable_metrics: true };
    const gateway = await serve({ deploy_env: "test", exporters: { otlp: [exporter] } });
    upstream.requests.length = 0;
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, tracestate: "a=1" };
    await send(gateway.port, { path: "/shop/1?x=1", headers });
    await gateway.stop();
    expect(collector.resource).toEqual({
      "service.name": "shop",
      "service.version": "2.13.8",
      "deployment.environment": "test",
    });
    const { spans } = collector;
    expect(spans.map(({ name }) => name).sort()).toEqual([
      "/items/:id",
      "/items/:id",
      "/prices/:id",
      "/prices/:id",
      "/shop/1",
      "/shop/:id",
    ]);
    expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
    expect(new Set(spans.map((span) => span.traceState))).toEqual(new Set(["a=1"]));
    const [server] = byStage(spans, "global");
    const [proxy] = byStage(spans, "proxy");
    expect(server?.parentSpanId).toBe("b7ad6b7169203331");
    expect(server?.kind).toBe(2);
    expect(attributesOf(server?.attributes ?? [])).toMatchObject({
      "http.route": "/shop/:id",
      "http.response.status_code": 200,
      "url.full": "/shop/1?x=1",
      "http.request.body.size": 0,
    });
    expect(proxy?.parentSpanId).toBe(server?.spanId);
    expect(attributesOf(proxy?.attributes ?? [])).toMatchObject({ complete: true });
    const backends = byStage(spans, "backend");
    expect(backends.map(({ parentSpanId }) => parentSpanId)).toEqual([proxy?.spanId, proxy?.spanId]);
    const calls = byStage(spans, "backend-request");
    expect(new Set(calls.map(({ parentSpanId }) => parentSpanId))).toEqual(
      new Set(backends.map(({ spanId }) => spanId)),
    );
    expect(Number(BigInt(calls[0]!.endTimeUnixNano) - BigInt(calls[0]!.startTimeUnixNano))).toBeLessThan(1e9);
    expect(Math.abs(Number(server!.startTimeUnixNano) / 1e6 - Date.now())).toBeLessThan(60_000);
    const told = upstream.requests.map(
      (request) => request.headers.find(([name]) => name === "Traceparent")?.[1],
    );
    expect(told.sort()).toEqual(calls.map(({ spanId }) => `00-${traceId}-${spanId}-01`).sort());
  });

  it("gets metrics over HTTP, cumulative, with typed attributes", async () => {
    const exporter = {
      name: "c",
      host: "127.0.0.1",
      port: collector.httpPort,
      use_http: true,
      custom_metric_reporting_period: 1,
    };
    const gateway = await serve({ exporters: { otlp: [exporter] } });
    await send(gateway.port, { path: "/shop/1" });
    await send(gateway.port, { path: "/fails" });
    await expect.poll(() => collector.metrics.length, { timeout: 5000 }).toBeGreaterThan(5);
    await gateway.stop();
    const metric = (name: string) => collector.metrics.find((each) => each.name === name);
    const server = metric("http.server.duration")?.histogram;
    expect(server?.aggregationTemporality).toBe(2);
    const point = server?.dataPoints.find(
      ({ attributes }) => attributesOf(attributes)["http.route"] === "/shop/:id",
    );
    expect(attributesOf(point?.attributes ?? [])).toEqual({
      "http.request.method": "GET",
      "http.response.status_code": 200,
      "http.route": "/shop/:id",
      "url.scheme": "http",
    });
    expect(point).toMatchObject({ count: "1" });
    expect(point?.bucketCounts).toHaveLength(21);
    expect(point?.explicitBounds?.[0]).toBe(0.01);
    const proxy = metric("krakend.proxy.duration")?.histogram?.dataPoints ?? [];
    expect(proxy.map(({ attributes }) => attributesOf(attributes).error).sort()).toEqual([false, true]);
    const started = metric("http.client.request.started.count")?.sum;
    expect(started).toMatchObject({ isMonotonic: true, aggregationTemporality: 2 });
    expect(started?.dataPoints.map(({ asInt }) => asInt)).toEqual(["1", "1", "1"]);
    expect(
      byStage(collector.spans, "proxy")
        .map(({ status }) => status.code)
        .sort(),
    ).toEqual([1, 2]);
  });

  it("follows the client's decision below a rate of 1, and B3 where the environment asks for it", async () => {
    process.env.OTEL_PROPAGATORS = "b3";
    const exporter = {
      name: "c",
      host: "127.0.0.1",
      port: collector.httpPort,
      use_http: true,
      disable_metrics: true,
    };
    const gateway = await serve({ trace_sample_rate: 0.0001, exporters: { otlp: [exporter] } });
    delete process.env.OTEL_PROPAGATORS;
    upstream.requests.length = 0;
    const id = "463ac35c9f6413ad48485a3953bb6124";
    await send(gateway.port, { path: "/fails", headers: { b3: `${id}-a2fb4a1d1a96d312-1` } });
    await send(gateway.port, { path: "/fails", headers: { b3: `${id}-a2fb4a1d1a96d312-0` } });
    for (let count = 0; count < 20; count += 1) await send(gateway.port, { path: "/fails" });
    await gateway.stop();
    expect(new Set(collector.spans.map(({ traceId }) => traceId))).toEqual(new Set([id]));
    expect(byStage(collector.spans, "global")).toHaveLength(1);
    const told = upstream.requests.flatMap(({ headers }) =>
      headers.filter(([name]) => /^(b3|traceparent)$/i.test(name)),
    );
    expect(told).toHaveLength(1);
    expect(told[0]?.[1]).toMatch(new RegExp(`^${id}-[0-9a-f]{16}-1$`));
  });

  it("that is not there is told of in the log, and holds nothing up", async () => {
    const port = await freePort();
    const exporters = {
      otlp: [
        { name: "a", host: "127.0.0.1", port, use_http: true },
        { name: "b", host: "127.0.0.1", port },
      ],
    };
    const gateway = await serve({ exporters });
    expect((await send(gateway.port, { path: "/shop/1" })).status).toBe(200);
    expect(await gateway.stop()).toBe(0);
    expect(gateway.log()).toMatch(/ERROR: \[SERVICE: OpenTelemetry\] traces export: .*ECONNREFUSED/);
  });
});
