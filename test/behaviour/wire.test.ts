// What must hold on the wire whatever clients and backends do, found by attacking it.
import net from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { type ClientResponse, send } from "../support/http.js";
import {
  answer,
  delayed,
  hang,
  json,
  type MockUpstream,
  raw,
  startUpstream,
} from "../support/mock-upstream.js";

const header = (response: ClientResponse, name: string): string | undefined =>
  response.headers.find(([each]) => each.toLowerCase() === name)?.[1];

/** Writes, and collects what comes back until the connection ends or `ms` have passed. */
function talk(port: number, text: string, ms: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: "127.0.0.1" });
    let seen = "";
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(seen);
    };
    const timer = setTimeout(end, ms);
    socket.on("data", (chunk) => {
      seen += chunk.toString("latin1");
    });
    socket.on("close", end);
    socket.on("error", end);
    socket.write(text, "latin1");
  });
}

describe("the wire", () => {
  let upstream: MockUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    const zipped = gzipSync('{"a":1}');
    const head = `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${zipped.length}\r\n\r\n`;
    upstream = await startUpstream({
      "/short": raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
      "/short-gzip": raw(Buffer.concat([Buffer.from(head), zipped])),
      "/head": raw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
      "/nothing": raw("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"),
      "/status-000": raw("HTTP/1.1 000 Odd\r\nContent-Length: 2\r\n\r\n{}"),
      "/slow": delayed(200, json({ slow: true })),
      "/fast": json({ fast: true }),
      "/early": answer('{"early":true}'),
      "/hang": hang(),
    });
    const noOp = (path: string, more: object = {}): object => ({
      endpoint: path,
      output_encoding: "no-op",
      backend: [{ url_pattern: path, ...more }],
    });
    gateway = await startGateway({
      host: [upstream.url],
      timeout: "1000h",
      read_timeout: "5s",
      read_header_timeout: "10s",
      idle_timeout: "1500us",
      max_shutdown_wait_time: "2s",
      endpoints: [
        noOp("/short"),
        noOp("/short-gzip"),
        noOp("/head", { method: "HEAD" }),
        noOp("/nothing"),
        noOp("/status-000"),
        { endpoint: "/slow", backend: [{ url_pattern: "/slow" }] },
        { endpoint: "/fast", backend: [{ url_pattern: "/fast" }] },
        { endpoint: "/early", method: "POST", timeout: "1s", backend: [{ url_pattern: "/early" }] },
        {
          endpoint: "/two",
          method: "POST",
          timeout: "300ms",
          backend: [{ url_pattern: "/hang" }, { url_pattern: "/early" }],
        },
      ],
    });
  });
  afterAll(async () => {
    expect(await gateway.stop()).toBe(0);
    await upstream.close();
  });

  it.each(["/short", "/short-gzip"])("a short no-op answer without a type gets one: %s", async (path) => {
    const response = await send(gateway.port, { path });
    expect([response.status, header(response, "content-type")]).toEqual([200, "text/plain; charset=utf-8"]);
  });

  it.each(["/head", "/nothing"])("an answer without a body announces none: %s", async (path) => {
    const seen = await talk(gateway.port, `GET ${path} HTTP/1.1\r\nHost: g\r\n\r\n`, 300);
    expect(seen).toMatch(/^HTTP\/1\.1 20[04] /);
    expect(seen).not.toMatch(/content-length: 5/i);
  });

  it("a status that is none becomes 200, as KrakenD has it", async () => {
    expect((await send(gateway.port, { path: "/status-000" })).status).toBe(200);
  });

  it("an endpoint may have all the time in the world", async () => {
    expect((await send(gateway.port, { path: "/slow" })).status).toBe(200);
  });

  it("pipelined requests are answered in order, and nothing follows a refused one", async () => {
    const good = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: g\r\n\r\n`;
    const both = await talk(gateway.port, good("/slow") + good("/fast"), 700);
    expect(both.indexOf('{"slow":true}')).toBeGreaterThan(0);
    expect(both.indexOf('{"fast":true}')).toBeGreaterThan(both.indexOf('{"slow":true}'));
    const count = upstream.requests.length;
    const refused = await talk(
      gateway.port,
      `GET /fast HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n${good("/fast")}`,
      400,
    );
    expect(refused).toMatch(/^HTTP\/1\.1 400 Bad Request/);
    expect(refused.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(upstream.requests.length).toBe(count);
  });

  it("a refusal never cuts into the answer before it", async () => {
    const seen = await talk(gateway.port, "GET /slow HTTP/1.1\r\nHost: g\r\n\r\n\x01\x02\r\n\r\n", 600);
    expect(seen).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*\{"slow":true\}HTTP\/1\.1 400 Bad Request/);
  });

  it("no header hides behind a thousand others", async () => {
    const many = "a: b\r\n".repeat(1100);
    const seen = await talk(gateway.port, `GET /fast HTTP/1.1\r\nHost: g\r\n${many}Host: other\r\n\r\n`, 400);
    expect(seen).toMatch(/^HTTP\/1\.1 400 Bad Request/);
  });

  it("an answer that comes before the whole request leaves the connection usable", async () => {
    const part = "x".repeat(100_000);
    const first = `POST /early HTTP/1.1\r\nHost: g\r\nContent-Length: 200000\r\n\r\n${part}`;
    const socket = net.connect({ port: gateway.port, host: "127.0.0.1" });
    let seen = "";
    socket.on("data", (chunk) => {
      seen += chunk.toString("latin1");
    });
    socket.write(first);
    await new Promise((done) => setTimeout(done, 300));
    socket.write(`${part}GET /fast HTTP/1.1\r\nHost: g\r\n\r\n`);
    await new Promise((done) => setTimeout(done, 1200));
    socket.destroy();
    expect(seen).toContain('{"fast":true}');
  });

  it("a body for several backends is let go when the deadline passes", async () => {
    const seen = await talk(
      gateway.port,
      "POST /two HTTP/1.1\r\nHost: g\r\nContent-Length: 50\r\n\r\nabc",
      900,
    );
    expect(seen).toMatch(/^HTTP\/1\.1 500 /);
  });
});
