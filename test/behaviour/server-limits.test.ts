// What a configuration may say about the time and the room that clients have, each option by what it does.
import net from "node:net";
import { afterEach, expect, it } from "vitest";
import { ClientIp } from "../../src/runtime/client-ip.js";
import type { Handler } from "../../src/runtime/exchange.js";
import { createGatewayServer, type GatewayServer, type ServerOptions } from "../../src/runtime/server.js";

let server: GatewayServer | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close(() => {});
});

/** Answers `ok`; `/slow` after 400 ms, `/body` when the body is there. */
const handler: Handler = (x) => {
  if (x.path === "/slow") setTimeout(() => x.send(200, [], "ok"), 400);
  else if (x.path !== "/body") x.send(200, [], "ok");
  else {
    return x.readBody(performance.now() + 5000).then((body) => {
      x.send(body instanceof Uint8Array ? 200 : 500, [], "ok");
    });
  }
};

async function serve(limits: Partial<ServerOptions>): Promise<number> {
  const none = { maxHeaderBytes: 1 << 20, readHeaderTimeoutMs: 0, readTimeoutMs: 0, idleTimeoutMs: 0 };
  server = createGatewayServer({ handler, clientIp: new ClientIp([]), ...none, ...limits });
  await new Promise<void>((resolve) => server!.listen({ port: 0, host: "127.0.0.1" }, resolve));
  return server.address()?.port ?? 0;
}

interface Talk {
  /** Statuses of the answers. */
  readonly statuses: readonly number[];
  /** When the connection ended, in ms; undefined: it is still open after the time that was given. */
  readonly endedAt: number | undefined;
}

/** Sends the pieces, `gapMs` apart, and waits for the end of the connection. */
function talk(port: number, pieces: readonly string[], waitMs: number, gapMs = 0): Promise<Talk> {
  return new Promise((resolve) => {
    const started = performance.now();
    const socket = net.connect({ port, host: "127.0.0.1" });
    let seen = "";
    const end = (endedAt: number | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      const statuses = [...seen.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));
      resolve({ statuses, endedAt });
    };
    const timer = setTimeout(() => end(undefined), waitMs);
    socket.on("data", (chunk) => {
      seen += chunk.toString("latin1");
    });
    socket.on("error", () => {});
    socket.on("close", () => end(performance.now() - started));
    for (const [index, piece] of pieces.entries()) setTimeout(() => socket.write(piece), index * gapMs);
  });
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`;

it("without limits a connection waits for its client", async () => {
  const port = await serve({});
  expect(await talk(port, ["GET / HT"], 400)).toEqual({ statuses: [], endedAt: undefined });
  expect(await talk(port, [get("/")], 400)).toEqual({ statuses: [200], endedAt: undefined });
});

it("read_header_timeout ends a connection on which no whole head comes", async () => {
  const port = await serve({ readHeaderTimeoutMs: 150 });
  for (const pieces of [[], ["GET / HTTP/1.1\r\nHost: h\r\n"]]) {
    const { endedAt, statuses } = await talk(port, pieces, 3000);
    expect(statuses).toEqual([]);
    expect(endedAt).toBeGreaterThan(140);
  }
});

it("read_header_timeout is for the whole head, however busy its client is", async () => {
  const port = await serve({ readHeaderTimeoutMs: 200 });
  const pieces = [
    "GET / HTTP/1.1\r\nHost: h\r\n",
    ...Array.from({ length: 40 }, (_each, at) => `A${at}: b\r\n`),
  ];
  const { endedAt, statuses } = await talk(port, pieces, 4000, 50);
  expect(statuses).toEqual([]);
  expect(endedAt).toBeLessThan(1900);
});

it("read_header_timeout does not count while the client sends a body", async () => {
  const port = await serve({ readHeaderTimeoutMs: 150 });
  const head = "POST /body HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n";
  const { statuses } = await talk(port, [head, "ab", "cd"], 900, 250);
  expect(statuses).toEqual([200]);
});

it("read_timeout ends a request whose body does not come", async () => {
  const port = await serve({ readTimeoutMs: 200 });
  const head = "POST /body HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n";
  const { statuses, endedAt } = await talk(port, [head, "ab"], 3000);
  expect(statuses).toEqual([500]);
  expect(endedAt).toBeGreaterThan(190);
});

it("idle_timeout ends a connection between two requests", async () => {
  const port = await serve({ idleTimeoutMs: 200 });
  const { statuses, endedAt } = await talk(port, [get("/"), get("/")], 3000, 100);
  expect(statuses).toEqual([200, 200]);
  expect(endedAt).toBeGreaterThan(290);
});

it("idle_timeout does not count while an answer is awaited", async () => {
  const port = await serve({ idleTimeoutMs: 100 });
  expect((await talk(port, [get("/slow")], 3000)).statuses).toEqual([200]);
});

it("write_timeout ends a request that is not answered in time, without an answer", async () => {
  const port = await serve({ writeTimeoutMs: 150 });
  const { statuses, endedAt } = await talk(port, [get("/slow")], 3000);
  expect(statuses).toEqual([]);
  expect(endedAt).toBeGreaterThan(140);
  expect((await talk(port, [get("/"), get("/")], 500, 50)).statuses).toEqual([200, 200]);
});

// As Go, it allows for what was read ahead: 4 KiB more.
it("max_header_bytes bounds the head", async () => {
  const port = await serve({ maxHeaderBytes: 8192 });
  const head = (bytes: number): string => `GET / HTTP/1.1\r\nHost: h\r\nA: ${"a".repeat(bytes)}\r\n\r\n`;
  expect((await talk(port, [head(8000)], 300)).statuses).toEqual([200]);
  expect((await talk(port, [head(13_000)], 3000)).statuses).toEqual([431]);
});
