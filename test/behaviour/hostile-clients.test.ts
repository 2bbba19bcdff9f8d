// Clients that attack the server: what they send costs them their connection, and nobody else anything.
import { readFileSync } from "node:fs";
import net from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { send } from "../support/http.js";
import {
  answer,
  chunked,
  delayed,
  json,
  type MockUpstream,
  raw,
  startUpstream,
  untilClose,
} from "../support/mock-upstream.js";

const MEGABYTE = 1024 * 1024;
const LARGE = `{"text":"${"x".repeat(20 * MEGABYTE)}"}`;

interface Talk {
  readonly socket: net.Socket;
  /** Everything that came so far. */
  text(): string;
  /** Resolves when the server has ended the connection. */
  readonly closed: Promise<void>;
}

function connect(port: number): Talk {
  const socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  let seen = "";
  socket.on("data", (chunk) => {
    seen += chunk.toString("latin1");
  });
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => socket.once("end", resolve).once("close", () => resolve()));
  return { socket, text: () => seen, closed };
}

const pause = (ms: number): Promise<"waited"> => new Promise((done) => setTimeout(() => done("waited"), ms));

/** Waits until what came holds a text, at most `ms`. */
async function until(talk: Talk, text: string, ms: number): Promise<boolean> {
  for (let waited = 0; waited < ms; waited += 10) {
    if (talk.text().includes(text)) return true;
    await pause(10);
  }
  return talk.text().includes(text);
}

function cpuSeconds(gateway: TestGateway): number {
  const fields = readFileSync(`/proc/${gateway.process.pid}/stat`, "latin1").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

describe("a hostile client", () => {
  let upstream: MockUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await startUpstream({
      "/ok": json({ ok: true }),
      "/large": answer(LARGE),
      "/unsized-large": untilClose(LARGE),
      "/slow": delayed(200, json({ slow: true })),
      "/chunks": chunked(["abc", "def"]),
      "/unsized": raw("HTTP/1.1 200 OK\r\n\r\nunsized", "end"),
    });
    const noOp = (path: string): object => ({
      endpoint: path,
      output_encoding: "no-op",
      backend: [{ url_pattern: path }],
    });
    gateway = await startGateway({
      host: [upstream.url],
      timeout: "8s",
      endpoints: [
        { endpoint: "/ok", backend: [{ url_pattern: "/ok" }] },
        { endpoint: "/slow", backend: [{ url_pattern: "/slow" }] },
        { endpoint: "/data", backend: [{ url_pattern: "/large" }] },
        { endpoint: "/raw", output_encoding: "no-op", backend: [{ url_pattern: "/large" }] },
        noOp("/unsized-large"),
        noOp("/chunks"),
        noOp("/unsized"),
        {
          endpoint: "/two",
          method: "POST",
          backend: [
            { url_pattern: "/ok", group: "a" },
            { url_pattern: "/ok", group: "b" },
          ],
        },
      ],
    });
  });
  afterAll(async () => {
    expect(await gateway.stop()).toBe(0);
    await upstream.close();
  });

  const lives = async (): Promise<void> => {
    const response = await send(gateway.port, { path: "/ok" });
    expect([response.status, response.body.toString()]).toEqual([200, '{"ok":true}']);
  };

  it.each([
    "/chunks",
    "/unsized",
  ])("of HTTP/1.0 that keeps its connection sees the end of a body without a length: %s", async (path) => {
    const talk = connect(gateway.port);
    talk.socket.write(`GET ${path} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`);
    expect(await Promise.race([talk.closed, pause(1000)])).toBeUndefined();
    expect(talk.text()).toMatch(/\r\n\r\n(abcdef|unsized)$/);
    talk.socket.destroy();
  });

  it("may send a large head behind a request that takes its time", async () => {
    const talk = connect(gateway.port);
    const large = `GET /ok HTTP/1.1\r\nHost: g\r\nX-A: ${"a".repeat(200_000)}\r\n\r\n`;
    talk.socket.write("GET /slow HTTP/1.1\r\nHost: g\r\n\r\n");
    for (let at = 0; at < large.length; at += 10_000) {
      talk.socket.write(large.slice(at, at + 10_000));
      await pause(5);
    }
    expect(await until(talk, '{"ok":true}', 2000)).toBe(true);
    talk.socket.destroy();
  });

  it("gets all its answers when it reads late", async () => {
    const talk = connect(gateway.port);
    talk.socket.pause();
    const count = 30_000;
    talk.socket.write("GET /none HTTP/1.1\r\nHost: g\r\n\r\n".repeat(count));
    talk.socket.write("GET /ok HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n");
    await pause(300);
    talk.socket.resume();
    expect(await Promise.race([talk.closed, pause(10_000)])).toBeUndefined();
    expect(talk.text().match(/HTTP\/1\.1 404/g)).toHaveLength(count);
    expect(talk.text()).toMatch(/\{"ok":true\}$/);
  }, 20_000);

  it("that reads no answers is not served more and more", async () => {
    const talk = connect(gateway.port);
    talk.socket.pause();
    const many = "GET /nobody-knows-this HTTP/1.1\r\nHost: g\r\n\r\n".repeat(1000);
    const before = gateway.memory();
    for (let sent = 0; sent < 600 && talk.socket.writableLength < 4 * MEGABYTE; sent += 1) {
      talk.socket.write(many);
      await pause(2);
    }
    expect(gateway.memory() - before).toBeLessThan(32 * MEGABYTE);
    expect(talk.socket.writableLength).toBeGreaterThan(0);
    talk.socket.destroy();
    await lives();
  }, 30_000);

  it("does not fill the memory with chunks of one byte", async () => {
    const talk = connect(gateway.port);
    const before = gateway.memory();
    talk.socket.write("POST /two HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n");
    const part = "1\r\nx\r\n".repeat(20_000);
    for (let sent = 0; sent < 100; sent += 1) {
      if (!talk.socket.write(part)) await new Promise((resolve) => talk.socket.once("drain", resolve));
    }
    await pause(200);
    // Two million bytes of body, and what the reading itself takes.
    expect(gateway.memory() - before).toBeLessThan(60 * MEGABYTE);
    talk.socket.write("0\r\n\r\n");
    expect(await until(talk, '{"a":{"ok":true},"b":{"ok":true}}', 4000)).toBe(true);
    talk.socket.destroy();
  }, 30_000);

  it("does not cost more time when a long line comes byte by byte", async () => {
    const talk = connect(gateway.port);
    talk.socket.setNoDelay(true);
    talk.socket.write(`GET /${"a".repeat(MEGABYTE + 200)}`);
    await pause(100);
    const before = cpuSeconds(gateway);
    for (let sent = 0; sent < 1500 && !talk.socket.destroyed; sent += 1) {
      talk.socket.write("a");
      if (sent % 10 === 0) await pause(1);
    }
    await pause(200);
    expect(cpuSeconds(gateway) - before).toBeLessThan(0.5);
    talk.socket.destroy();
  }, 30_000);

  it.each([
    ["/data", "1.1", "Connection: close\r\n"],
    ["/raw", "1.1", "Connection: close\r\n"],
    ["/data", "1.0", ""],
    ["/unsized-large", "1.0", ""],
  ])("that reads slowly gets the whole of the last answer: %s of HTTP/%s", async (path, version, close) => {
    const socket = net.connect({ port: gateway.port, host: "127.0.0.1" });
    let size = 0;
    socket.on("data", (chunk) => {
      size += chunk.length;
    });
    socket.write(`GET ${path} HTTP/${version}\r\nHost: g\r\n${close}\r\n`);
    socket.pause();
    await pause(1200);
    socket.resume();
    await new Promise((resolve) => socket.once("close", resolve));
    expect(size).toBeGreaterThan(LARGE.length);
  });

  it("that ends in the middle of a head, behind a request that takes its time, is let go", async () => {
    const talk = connect(gateway.port);
    talk.socket.end("GET /slow HTTP/1.1\r\nHost: g\r\n\r\nGET /ok HTTP/1.1\r\nHo");
    expect(await Promise.race([talk.closed, pause(1500)])).toBeUndefined();
    expect(talk.text()).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*\{"slow":true\}HTTP\/1\.1 400 Bad Request/);
    talk.socket.destroy();
  });

  it("that says nothing more is forgotten", async () => {
    const talks = Array.from({ length: 50 }, () => connect(gateway.port));
    for (const talk of talks)
      talk.socket.write("POST /two HTTP/1.1\r\nHost: g\r\nContent-Length: 10\r\n\r\nabc");
    await pause(100);
    for (const talk of talks) talk.socket.resetAndDestroy();
    await lives();
  });
});
