// HTTP/2 of clients: over TLS where the handshake agrees on it, and without TLS where `use_h2c` is set.
import { once } from "node:events";
import http2 from "node:http2";
import net from "node:net";
import tls from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Authority, createAuthority } from "../support/certificates.js";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { send } from "../support/http.js";
import { ask, type Http2Response } from "../support/http2.js";
import { until } from "../support/load.js";
import {
  answer,
  chunked,
  cutAfter,
  delayed,
  hang,
  json,
  type MockUpstream,
  startUpstream,
} from "../support/mock-upstream.js";

const LARGE = Buffer.alloc(3_000_000, "0123456789abcdef");
const BYTES = "caf\xc3\xa9 \xff";

let authority: Authority;
let upstream: MockUpstream;

beforeAll(async () => {
  authority = await createAuthority("Test Authority");
  upstream = await startUpstream({
    "/json": json({ a: 1, b: 2 }),
    "/large": answer(LARGE, { headers: [["Content-Type", "application/octet-stream"]] }),
    "/pieces": chunked(["one ", "two ", "three"]),
    "/cut": cutAfter(150, answer(LARGE)),
    "/slow": delayed(300, json({ slow: true })),
    "/hang": hang(),
    "/reset-content": answer("", { status: 205 }),
    "/headers": answer("x", {
      headers: [
        ["Connection", "keep-alive, X-Hop"],
        ["Keep-Alive", "timeout=5"],
        ["Upgrade", "h2c"],
        ["X-Hop", "1"],
        ["Set-Cookie", "a=1"],
        ["Set-Cookie", "b=2"],
        ["X-Bytes", BYTES],
        ["Content-Type", "text/plain"],
        ["Content-Type", "text/html"],
      ],
    }),
    "/echo": ({ headers, body }) =>
      json({ size: body.length, headers: headers.map(([name, value]) => `${name}: ${value}`) }),
  });
});

afterAll(() => upstream.close());

function configuration(more: object): Record<string, unknown> {
  const noOp = (path: string, method = "GET"): object => ({
    endpoint: path,
    method,
    output_encoding: "no-op",
    input_headers: ["*"],
    input_query_strings: ["*"],
    backend: [{ url_pattern: path, method }],
  });
  return {
    host: [upstream.url],
    timeout: "5s",
    echo_endpoint: true,
    endpoints: [
      { endpoint: "/json", input_query_strings: ["q"], backend: [{ url_pattern: "/json", allow: ["a"] }] },
      {
        endpoint: "/two",
        method: "POST",
        input_headers: ["*"],
        backend: [
          { url_pattern: "/echo", method: "POST", group: "first" },
          { url_pattern: "/echo", method: "POST", group: "second" },
        ],
      },
      noOp("/large"),
      noOp("/pieces"),
      noOp("/cut"),
      noOp("/headers"),
      noOp("/hang"),
      noOp("/slow"),
      noOp("/reset-content"),
      noOp("/echo", "POST"),
    ],
    ...more,
  };
}

describe.each(["TLS", "no TLS"] as const)("HTTP/2 with %s", (kind) => {
  let gateway: TestGateway;
  let session: http2.ClientHttp2Session;
  let authorityName: string;

  function connect(): http2.ClientHttp2Session {
    const made =
      kind === "TLS"
        ? http2.connect(`https://localhost:${gateway.port}`, { ca: authority.certificate })
        : http2.connect(`http://localhost:${gateway.port}`);
    made.on("error", () => {});
    return made;
  }

  beforeAll(async () => {
    const own = await authority.issue("localhost", { names: ["localhost"] });
    const keys = [{ public_key: own.certificateFile, private_key: own.keyFile }];
    gateway = await startGateway(configuration(kind === "TLS" ? { tls: { keys } } : { use_h2c: true }));
    session = connect();
    authorityName = `localhost:${gateway.port}`;
  });

  afterAll(async () => {
    session.destroy();
    await gateway.stop();
  });

  it("answers, with the same headers as HTTP/1.1", async () => {
    const got = await ask(session, { ":path": "/json?q=1" });
    expect(got).toMatchObject({ status: 200, body: Buffer.from('{"a":1}') });
    expect(got.headers).toMatchObject({
      "content-type": "application/json; charset=utf-8",
      "content-length": "7",
      "x-krakend": "Version 2.13.8",
      "x-krakend-completed": "true",
    });
    expect(got.headers.date).toMatch(/GMT$/);
  });

  it("keeps HTTP/1.1 on the same port", async () => {
    if (kind === "no TLS") {
      const { status, body } = await send(gateway.port, { path: "/json" });
      expect([status, body.toString()]).toEqual([200, '{"a":1}']);
      const parts = ["PRI", " /json HTTP/1.1\r\nHost: a\r\n\r\n"];
      expect((await send(gateway.port, parts, { gapMs: 30 })).status).toBe(405);
      return;
    }
    for (const ALPNProtocols of [["http/1.1"], undefined]) {
      const socket = tls.connect({
        port: gateway.port,
        host: "localhost",
        ca: authority.certificate,
        ...(ALPNProtocols === undefined ? {} : { ALPNProtocols }),
      });
      socket.write("GET /json HTTP/1.1\r\nHost: localhost\r\n\r\n");
      const [chunk] = (await once(socket, "data")) as [Buffer];
      expect(chunk.toString()).toMatch(/^HTTP\/1\.1 200 OK/);
      socket.destroy();
    }
  });

  it("hands a body and headers on", async () => {
    const headers = { ":method": "POST", ":path": "/echo", "x-own": BYTES, cookie: ["a=1", "b=2"] };
    const { status, body } = await ask(session, headers, "hello");
    expect(status).toBe(200);
    const seen = JSON.parse(body.toString()) as { size: number; headers: string[] };
    expect(seen.size).toBe(5);
    expect(seen.headers).toContain("Cookie: a=1; b=2");
    expect(seen.headers).toContain(`X-Own: ${BYTES}`);
    expect(seen.headers).toContain(`X-Forwarded-Host: ${authorityName}`);
    expect(seen.headers.filter((each) => /^X-Forwarded-For: (127\.0\.0\.1|::1)$/.test(each))).toHaveLength(1);
    expect(seen.headers.filter((each) => each.startsWith(":"))).toEqual([]);
  });

  it("hands a large body on, to one backend and to several", async () => {
    const one = await ask(session, { ":method": "POST", ":path": "/echo" }, LARGE);
    expect(JSON.parse(one.body.toString())).toMatchObject({ size: LARGE.length });
    const two = await ask(session, { ":method": "POST", ":path": "/two" }, LARGE);
    expect(JSON.parse(two.body.toString())).toMatchObject({
      first: { size: LARGE.length },
      second: { size: LARGE.length },
    });
  });

  it("streams answers", async () => {
    expect((await ask(session, { ":path": "/pieces" })).body.toString()).toBe("one two three");
    const large = await ask(session, { ":path": "/large" });
    expect(large.body.equals(LARGE)).toBe(true);
    expect(large.headers["content-length"]).toBe(String(LARGE.length));
  });

  it("leaves out what belongs to a connection of HTTP/1.1", async () => {
    const { headers } = await ask(session, { ":path": "/headers" });
    expect(headers["set-cookie"]).toEqual(["a=1", "b=2"]);
    expect(headers["x-bytes"]).toBe(BYTES);
    expect(headers["content-type"]).toBe("text/plain");
    for (const name of ["connection", "keep-alive", "upgrade"]) expect(headers[name]).toBeUndefined();
  });

  it("answers HEAD, 205, unknown routes and bad requests", async () => {
    const head = await ask(session, { ":method": "HEAD", ":path": "/__echo/" });
    expect([head.status, head.body.length]).toEqual([200, 0]);
    expect((await ask(session, { ":path": "/reset-content" })).status).toBe(205);
    expect((await ask(session, { ":path": "/none" })).status).toBe(404);
    expect((await ask(session, { ":method": "DELETE", ":path": "/json" })).status).toBe(405);
    expect((await ask(session, { ":path": "/%zz" })).status).toBe(400);
    expect((await ask(session, { ":method": "OPTIONS", ":path": "*" })).status).toBe(200);
    expect((await ask(session, { ":path": "/__health" })).status).toBe(200);
  });

  it("answers an unwanted body without reading all of it", async () => {
    const { status } = await ask(session, { ":method": "POST", ":path": "/none" }, Buffer.alloc(1000));
    expect(status).toBe(404);
    const long = session.request({ ":method": "POST", ":path": "/none" });
    long.on("error", () => {});
    const [headers] = (await once(long, "response")) as [http2.IncomingHttpHeaders];
    expect(headers[":status"]).toBe(404);
    long.resume();
    await once(long, "close");
    expect(long.rstCode).toBe(http2.constants.NGHTTP2_NO_ERROR);
  });

  it("cuts an answer off that its backend cut off", async () => {
    // Many at once: some of them are cut off before anything of them has been sent.
    const all = await Promise.allSettled(
      Array.from({ length: 100 }, () => ask(session, { ":path": "/cut" })),
    );
    expect(all.map(({ status }) => status)).toEqual(all.map(() => "rejected"));
    expect((await ask(session, { ":path": "/json" })).status).toBe(200);
  });

  it("serves requests side by side", async () => {
    const before = performance.now();
    const all = await Promise.all(Array.from({ length: 100 }, () => ask(session, { ":path": "/slow" })));
    expect(all.map(({ status }: Http2Response) => status)).toEqual(all.map(() => 200));
    expect(performance.now() - before).toBeLessThan(100 * 300);
  });

  it("gives up what a client no longer wants", async () => {
    const open = upstream.open;
    const stream = session.request({ ":path": "/hang" });
    stream.on("error", () => {});
    await upstream.waitForRequests(upstream.requests.length + 1);
    stream.close(http2.constants.NGHTTP2_CANCEL);
    await until(() => upstream.open <= open);
    const other = connect();
    const hanging = other.request({ ":path": "/hang" });
    hanging.on("error", () => {});
    await upstream.waitForRequests(upstream.requests.length + 1);
    other.destroy();
    await until(() => upstream.open <= open);
  });

  it("stops reading from a backend while the client does not read", async () => {
    const slow = connect();
    const stream = slow.request({ ":path": "/large" });
    await once(stream, "response");
    stream.pause();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const memory = gateway.memory();
    let size = 0;
    stream.on("data", (chunk: Buffer) => {
      size += chunk.length;
    });
    stream.resume();
    await once(stream, "end");
    expect(size).toBe(LARGE.length);
    expect(memory).toBeLessThan(400e6);
    slow.close();
  });

  it("limits the size of heads", async () => {
    const other = connect();
    await expect(
      ask(other, {
        ":path": "/json",
        "x-large": "a".repeat(60_000),
        "y-large": "b".repeat(60_000),
        "z-large": "c".repeat(60_000),
      }),
    ).rejects.toThrow();
    other.destroy();
    expect((await ask(session, { ":path": "/json", "x-large": "a".repeat(30_000) })).status).toBe(200);
  });

  it("ends a session that resets one request after the other", async () => {
    const rapid = connect();
    await once(rapid, "connect");
    const closed = new Promise((resolve) => rapid.on("close", resolve));
    for (let count = 0; count < 3000 && !rapid.closed; count += 1) {
      const stream = rapid.request({ ":path": "/hang" });
      stream.on("error", () => {});
      stream.close(http2.constants.NGHTTP2_CANCEL);
      if (count % 100 === 99) await new Promise((resolve) => setImmediate(resolve));
    }
    await closed;
    expect((await ask(session, { ":path": "/json" })).status).toBe(200);
  });

  it("writes the access log", async () => {
    await ask(session, { ":path": "/json?q=logged" });
    await until(() => gateway.log().includes('GET      "/json?q=logged"'));
  });
});

describe("the end of HTTP/2", () => {
  it("comes after the requests that are under way, and is announced", async () => {
    const gateway = await startGateway(
      configuration({ extra_config: { router: { use_h2c: true } }, max_shutdown_wait_time: "5s" }),
    );
    const session = http2.connect(`http://localhost:${gateway.port}`);
    const goaway = once(session, "goaway");
    const slow = ask(session, { ":path": "/slow" });
    await upstream.waitForRequests(upstream.requests.length + 1);
    const stopped = gateway.stop();
    await goaway;
    expect((await slow).status).toBe(200);
    expect(await stopped).toBe(0);
  });

  it("comes when nothing was asked for a while, when a body does not come, and when nothing is said", async () => {
    const gateway = await startGateway(
      configuration({ use_h2c: true, idle_timeout: "200ms", read_timeout: "300ms", write_timeout: "900ms" }),
    );
    try {
      const idle = http2.connect(`http://localhost:${gateway.port}`);
      const started = performance.now();
      await ask(idle, { ":path": "/json" });
      await once(idle, "close");
      expect(performance.now() - started).toBeLessThan(2000);
      const silent = net.connect(gateway.port, "localhost");
      silent.write("PRI * HTTP/2.0\r\n");
      await once(silent, "close");
      const session = http2.connect(`http://localhost:${gateway.port}`);
      const stalled = session.request({ ":method": "POST", ":path": "/echo" });
      stalled.write("part");
      const [head] = (await once(stalled, "response")) as [http2.IncomingHttpHeaders];
      expect(head[":status"]).toBe(500);
      stalled.on("error", () => {});
      await expect(ask(session, { ":path": "/hang" })).rejects.toThrow();
      session.destroy();
    } finally {
      await gateway.stop();
    }
  });
});
