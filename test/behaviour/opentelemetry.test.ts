// OpenTelemetry as its users meet it: a page for Prometheus, and a collector that gets OTLP.
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createAuthority } from "../support/certificates.js";
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
    expect(page.get("http_client_response_read_time_hist_seconds")?.metrics).toHaveLength(4);
    for (const part of ["get_conn", "dns", "tls"]) {
      const family = page.get(`http_client_request_${part}_duration`);
      expect(family?.type).toBe("HISTOGRAM");
      expect(boundsOf(family)).toHaveLength(21);
      expect(family?.metrics.map(({ labels, count }) => [labels.clientname, count]).sort()).toEqual([
        ["/fails", "1"],
        ["/items/:id", "2"],
        ["/prices/:id", "2"],
        ["/raw", "1"],
      ]);
    }
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
    expect([...page.keys()].filter((name) => /_count|_read_|get_conn|dns|tls/.test(name))).toEqual([]);
  });

  it("has the parts of a connection in seconds, under the conventions 1.27, and what was read", async () => {
    const layers = {
      global: { semantic_convention: "1.27" },
      backend: { metrics: { read_payload: true, detailed_connection: true } },
    };
    const page = await pageOf({ layers }, ["/raw", "/raw"]);
    const connection = page.get("http_client_request_get_conn_duration_seconds");
    expect(connection?.help).toBe("Time spent acquiring a client connection");
    expect(connection?.metrics[0]?.count).toBe("2");
    // The second request finds the connection of the first.
    expect(Number(connection?.metrics[0]?.sum)).toBeGreaterThan(0);
    expect(page.get("http_client_request_tls_duration_seconds")?.metrics[0]?.sum).toBe("0");
    expect(page.get("http_client_request_started_count_total")?.metrics[0]?.value).toBe("2");
    expect(page.get("http_client_response_read_size_total")?.metrics[0]?.value).toBe("600");
  });

  it("has the time of a handshake and of a look-up, once for each connection", async () => {
    const authority = await createAuthority("Test");
    const { certificate: cert, key } = await authority.issue("backend", { names: ["localhost"] });
    const secure = createSecureServer({ cert, key }, (_request, response) => response.end("{}"));
    await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
    const port = await freePort();
    const gateway = await startGateway({
      host: [`https://localhost:${(secure.address() as AddressInfo).port}`],
      endpoints: [{ endpoint: "/raw", backend: [{ url_pattern: "/raw" }] }],
      client_tls: { ca_certs: [authority.certificateFile], disable_system_ca_pool: true },
      extra_config: { "telemetry/opentelemetry": { exporters: { prometheus: [{ name: "p", port }] } } },
    });
    const page = async (): Promise<readonly number[]> => {
      const families = parsePage((await send(port, { path: "/metrics" })).body.toString());
      return ["get_conn", "dns", "tls"].map((part) =>
        Number(families.get(`http_client_request_${part}_duration`)?.metrics[0]?.sum),
      );
    };
    await send(gateway.port, { path: "/raw" });
    const [connection, lookup, handshake] = await page();
    await send(gateway.port, { path: "/raw" });
    const after = await page();
    await gateway.stop();
    secure.close();
    secure.closeAllConnections();
    expect(lookup).toBeGreaterThan(0);
    expect(handshake).toBeGreaterThan(0);
    expect(connection).toBeGreaterThan(lookup! + handshake! - 1e-9);
    expect(after).toEqual([connection, lookup, handshake]);
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
      "http.client.response.read.tracker",
      "http.client.response.read.tracker",
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
    const requests = byStage(spans, "backend-request");
    const calls = requests.filter(({ kind }) => kind === 3);
    const reads = requests.filter(({ kind }) => kind === 1);
    expect(new Set(reads.map(({ parentSpanId }) => parentSpanId))).toEqual(
      new Set(calls.map(({ spanId }) => spanId)),
    );
    expect(attributesOf(reads[0]?.attributes ?? [])["http.client.response.read.size"]).toBe(11);
    for (const call of calls) {
      const attributes = attributesOf(call.attributes);
      expect(attributes["response-duration"]).toBeGreaterThan(0);
      expect(attributes["get-conn-duration"]).toBeGreaterThanOrEqual(0);
      expect(attributes["dns-duration"]).toBe(0);
      expect(attributes["tls-duration"]).toBe(0);
      expect(call.events?.map(({ name }) => name)).toEqual(["first-byte-time"]);
      expect(BigInt(call.events![0]!.timeUnixNano)).toBeLessThanOrEqual(BigInt(call.endTimeUnixNano));
    }
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

  it("gets the headers of requests and answers where layers report them, but those they skip", async () => {
    const exporter = { name: "c", host: "127.0.0.1", port: collector.grpcPort, disable_metrics: true };
    const layers = {
      global: { report_headers: true, skip_headers: ["X-secret"] },
      proxy: { report_headers: true },
      backend: {
        traces: { round_trip: true, report_headers: true, skip_headers: ["x-FORWARDED-for", "date"] },
      },
    };
    const gateway = await serve({ layers, exporters: { otlp: [exporter] } });
    const headers = { "X-Secret": "hidden", "X-Many": "a", accept: "text/plain" };
    await send(gateway.port, { path: "/raw", headers });
    await gateway.stop();
    const headersOf = (stage: string): Readonly<Record<string, unknown>> => {
      const [span] = byStage(collector.spans, stage);
      const all = Object.entries(attributesOf(span?.attributes ?? []));
      return Object.fromEntries(all.filter(([name]) => /^http\.\w+\.header\./.test(name)));
    };
    const server = headersOf("global");
    expect(server).toMatchObject({
      "http.request.header.x-many": ["a"],
      "http.request.header.accept": ["text/plain"],
      "http.response.header.x-krakend": ["Version 2.13.8"],
    });
    expect(Object.keys(server).filter((name) => /host|secret/.test(name))).toEqual([]);
    const passed = {
      "http.request.header.user-agent": ["KrakenD Version 2.13.8"],
      "http.request.header.x-forwarded-host": [`127.0.0.1:${gateway.port}`],
    };
    expect(headersOf("proxy")).toMatchObject({
      ...passed,
      "http.request.header.x-forwarded-for": ["127.0.0.1"],
      "http.response.header.content-length": ["300"],
    });
    for (const stage of ["backend", "backend-request"]) {
      const found = headersOf(stage);
      expect(found).toMatchObject({ ...passed, "http.response.header.content-length": ["300"] });
      expect(Object.keys(found).filter((name) => /forwarded-for|traceparent|date/.test(name))).toEqual([]);
    }
    expect(byStage(collector.spans, "backend-request")).toHaveLength(1);
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
