// OpenTelemetry as its users meet it: a collector that gets OTLP.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { attributesOf, type CollectedSpan, type Collector, startCollector } from "../support/collector.js";
import { freePort } from "../support/gateway.js";
import { send } from "../support/http.js";
import type { MockUpstream } from "../support/mock-upstream.js";
import { startShop, startWatched } from "../support/opentelemetry.js";

let upstream: MockUpstream;
beforeAll(async () => {
  upstream = await startShop();
});
afterAll(() => upstream.close());

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
    const gateway = await startWatched(upstream, { deploy_env: "test", exporters: { otlp: [exporter] } });
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
    const gateway = await startWatched(upstream, { layers, exporters: { otlp: [exporter] } });
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
    const gateway = await startWatched(upstream, { exporters: { otlp: [exporter] } });
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
    const gateway = await startWatched(upstream, {
      trace_sample_rate: 0.0001,
      exporters: { otlp: [exporter] },
    });
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
    const gateway = await startWatched(upstream, { exporters });
    expect((await send(gateway.port, { path: "/shop/1" })).status).toBe(200);
    expect(await gateway.stop()).toBe(0);
    expect(gateway.log()).toMatch(/ERROR: \[SERVICE: OpenTelemetry\] traces export: .*ECONNREFUSED/);
  });
});
