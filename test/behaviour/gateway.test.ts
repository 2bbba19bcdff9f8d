// What a gateway does over real sockets, beyond what the recorded cases hold.
import net from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { type ClientResponse, send } from "../support/http.js";
import { answer, delayed, hang, json, type MockUpstream, startUpstream } from "../support/mock-upstream.js";

const text = (response: ClientResponse): string => response.body.toString("utf8");
const header = (response: ClientResponse, name: string): string | undefined =>
  response.headers.find(([each]) => each.toLowerCase() === name)?.[1];

describe("a gateway", () => {
  let upstream: MockUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await startUpstream({
      "/numbers": answer(
        '{"big":12345678901234567890,"one":1.0,"exp":1e5,"drop":1,"big":12345678901234567891}',
      ),
      "/escaped": answer('{"na\\u006de":"escaped","other":1}'),
      "/proto": answer('{"__proto__":{"x":1},"constructor":2,"toString":3}'),
      "/fast": json({ fast: true }),
      "/slow": delayed(400, json({ slow: true })),
      "/never": hang(),
      "/fails": json({ why: "no" }, { status: 503 }),
      "/raw": answer("as it is", {
        status: 203,
        headers: [
          ["Content-Type", "text/odd"],
          ["X-Own", "1"],
        ],
      }),
    });
    const backend = (url: string, more: object = {}): object => ({ url_pattern: url, ...more });
    gateway = await startGateway({
      host: [upstream.url],
      timeout: "1s",
      endpoints: [
        { endpoint: "/numbers", backend: [backend("/numbers", { allow: ["big", "one", "exp"] })] },
        {
          endpoint: "/escaped",
          backend: [backend("/escaped", { allow: ["name"], mapping: { name: "title" } })],
        },
        {
          endpoint: "/proto",
          backend: [backend("/proto", { deny: ["toString"], mapping: { constructor: "__proto__" } })],
        },
        {
          endpoint: "/all",
          extra_config: { "gwc/aggregation": { on_failure: "fail" } },
          backend: [backend("/fast"), backend("/fails")],
        },
        { endpoint: "/part", backend: [backend("/fast"), backend("/fails")] },
        {
          endpoint: "/bounded",
          backend: [backend("/slow", { timeout: "100ms", group: "a" }), backend("/fast", { group: "b" })],
        },
        { endpoint: "/never", backend: [backend("/never")] },
        { endpoint: "/slow", backend: [backend("/slow")] },
        { endpoint: "/sent", method: "POST", backend: [backend("/fast")] },
        { endpoint: "/sent/all", method: "POST", input_headers: ["*"], backend: [backend("/fast")] },
        {
          endpoint: "/sent/twice",
          method: "POST",
          input_headers: ["Content-Length"],
          backend: [
            backend("/fast", { group: "a", input_headers: ["X-A"] }),
            backend("/fast", { group: "b", input_headers: ["Content-Length"] }),
          ],
        },
        { endpoint: "/raw", output_encoding: "no-op", backend: [backend("/raw")] },
        { endpoint: "/q\u2028`${x}\"'", backend: [backend("/fast", { group: "g\u2028`${1}\"'\\" })] },
      ],
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await upstream.close();
  });

  it("keeps the text of numbers, and of repeated keys the last", async () => {
    const response = await send(gateway.port, { path: "/numbers" });
    expect(text(response)).toBe('{"big":12345678901234567891,"exp":1e5,"one":1.0}');
  });

  it("sends a body in chunks, unless its length is forwarded", async () => {
    const sentAs = async (path: string, body?: string): Promise<readonly string[]> => {
      const before = upstream.requests.length;
      await send(gateway.port, { method: "POST", path, ...(body === undefined ? {} : { body }) });
      return upstream.requests.slice(before).map((request) => {
        const framing = request.headers.filter(([name]) => /^(content-length|transfer-enc)/i.test(name));
        return `${framing.join(" ")} ${request.body.toString()}`;
      });
    };
    expect(await sentAs("/sent", "hello")).toEqual(["Transfer-Encoding,chunked hello"]);
    expect(await sentAs("/sent/all", "hello")).toEqual(["Content-Length,5 hello"]);
    const twice = await sentAs("/sent/twice", "hello");
    expect([...twice].sort()).toEqual(["Content-Length,5 hello", "Transfer-Encoding,chunked hello"]);
    expect(await sentAs("/sent", "")).toEqual(["Content-Length,0 "]);
    const long = "x".repeat(300_000);
    expect(await sentAs("/sent", long)).toEqual([`Transfer-Encoding,chunked ${long}`]);
    expect(await sentAs("/sent/all", long)).toEqual([`Content-Length,300000 ${long}`]);
  });

  it("knows a key by its meaning, not by its escapes", async () => {
    expect(text(await send(gateway.port, { path: "/escaped" }))).toBe('{"title":"escaped"}');
  });

  it("has no keys of its own", async () => {
    const body = text(await send(gateway.port, { path: "/proto" }));
    expect(body).toBe('{"__proto__":2}');
  });

  it("answers all or nothing where it is told to", async () => {
    const response = await send(gateway.port, { path: "/all" });
    expect([response.status, text(response), header(response, "x-krakend-completed")]).toEqual([
      500,
      "",
      "false",
    ]);
    const part = await send(gateway.port, { path: "/part" });
    expect([part.status, text(part), header(part, "x-krakend-completed")]).toEqual([
      200,
      '{"fast":true}',
      "false",
    ]);
  });

  it("gives a backend no more time than its own timeout", async () => {
    const started = performance.now();
    const response = await send(gateway.port, { path: "/bounded" });
    expect(text(response)).toBe('{"b":{"fast":true}}');
    expect(performance.now() - started).toBeLessThan(350);
  });

  it("answers at the deadline", async () => {
    const started = performance.now();
    const response = await send(gateway.port, { path: "/never" });
    expect(response.status).toBe(500);
    expect(performance.now() - started).toBeGreaterThan(900);
    expect(performance.now() - started).toBeLessThan(1500);
  });

  it("hands over a no-op answer", async () => {
    const response = await send(gateway.port, { path: "/raw" });
    expect([
      response.status,
      text(response),
      header(response, "content-type"),
      header(response, "x-own"),
    ]).toEqual([203, "as it is", "text/odd", "1"]);
  });

  it("text of the configuration stays text", async () => {
    const path = `/q${encodeURIComponent("\u2028`${x}\"'")}`;
    const response = await send(gateway.port, { path });
    expect(JSON.parse(text(response))).toEqual({ "g\u2028`${1}\"'\\": { fast: true } });
  });

  it("drops the call of a backend when the client leaves", async () => {
    const open = upstream.open;
    const socket = net.connect({ port: gateway.port, host: "127.0.0.1" });
    const count = upstream.requests.length;
    socket.write("GET /never HTTP/1.1\r\nHost: gateway\r\n\r\n");
    await upstream.waitForRequests(count + 1);
    socket.destroy();
    for (let tries = 0; tries < 40 && upstream.open > open; tries += 1)
      await new Promise((done) => setTimeout(done, 10));
    expect(upstream.open).toBeLessThanOrEqual(open);
  });
});

describe("the end of a gateway", () => {
  it("lets running requests end, refuses new ones, then leaves with 0", async () => {
    const upstream = await startUpstream({ "/slow": delayed(300, json({ slow: true })) });
    const gateway = await startGateway({
      host: [upstream.url],
      endpoints: [{ endpoint: "/slow", backend: [{ url_pattern: "/slow" }] }],
    });
    const running = send(gateway.port, { path: "/slow" });
    await upstream.waitForRequests(1);
    const stopped = gateway.stop();
    const response = await running;
    expect([response.status, text(response), header(response, "connection")]).toEqual([
      200,
      '{"slow":true}',
      "close",
    ]);
    expect(await stopped).toBe(0);
    await expect(send(gateway.port, { path: "/slow" })).rejects.toThrow();
    await upstream.close();
  });

  it("does not wait longer than it is told to", async () => {
    const upstream = await startUpstream({ "/never": hang() });
    const gateway = await startGateway({
      host: [upstream.url],
      timeout: "20s",
      max_shutdown_wait_time: "200ms",
      endpoints: [{ endpoint: "/never", backend: [{ url_pattern: "/never" }] }],
    });
    const running = send(gateway.port, { path: "/never" }).catch(() => undefined);
    await upstream.waitForRequests(1);
    const started = performance.now();
    expect(await gateway.stop()).toBe(0);
    expect(performance.now() - started).toBeLessThan(2000);
    await running;
    await upstream.close();
  });
});

it("answers 500 where a filter has no arguments, as KrakenD does, and goes on", async () => {
  const upstream = await startUpstream({ "/fast": json({ fast: true }) });
  const filtered = (args: readonly string[]): object => ({
    url_pattern: "/fast",
    extra_config: { proxy: { flatmap_filter: [{ type: "move", args }] } },
  });
  const config = {
    host: [upstream.url],
    endpoints: [
      { endpoint: "/whole", backend: [filtered(["fast", "slow"])] },
      { endpoint: "/half", backend: [filtered(["fast"])] },
    ],
  };
  await expect(startGateway(config)).rejects.toThrow("flatmap/arguments");
  const gateway = await startGateway(config, true);
  const half = await send(gateway.port, { path: "/half" });
  expect([half.status, text(half)]).toEqual([500, ""]);
  expect(text(await send(gateway.port, { path: "/whole" }))).toBe('{"slow":true}');
  await gateway.stop();
  await upstream.close();
});
