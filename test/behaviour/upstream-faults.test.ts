// States of a connection to a backend that are easily forgotten.
import net from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { OriginOptions } from "../../src/runtime/http1/origin.js";
import { DEFAULT_TRANSPORT } from "../../src/runtime/transport.js";
import { Upstream } from "../../src/runtime/upstream.js";
import { ask } from "../support/calls.js";

/** What the backend does with a request: its line, how many came before on this connection, which connection it is. */
type Behaviour = (socket: net.Socket, line: string, before: number, connection: number) => void;

let server: net.Server;
let behave: Behaviour;
const sockets = new Set<net.Socket>();
const answer = (status: number, body: string): string =>
  `HTTP/1.1 ${status} Whatever\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

beforeEach(async () => {
  let connections = 0;
  server = net.createServer((socket) => {
    connections += 1;
    const connection = connections;
    let before = 0;
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      const line = /^(?:GET|POST) .*/.exec(chunk.toString("latin1"))?.[0];
      if (line === undefined) return;
      behave(socket, line, before, connection);
      before += 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

function upstream(transport: object = {}, options?: OriginOptions): Upstream {
  const url = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
  return new Upstream([url], { ...DEFAULT_TRANSPORT, ...transport }, options);
}

const settle = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

it("a request that is sent once more has response_header_timeout once more", async () => {
  behave = (socket, _line, before, connection) => {
    if (before === 0)
      setTimeout(() => socket.write(answer(200, `by ${connection}`)), connection === 1 ? 0 : 250);
    else setTimeout(() => socket.destroy(), 250);
  };
  const backend = upstream({ responseHeaderTimeoutMs: 400 });
  expect(await ask(backend, "/a")).toBe("by 1");
  expect(await ask(backend, "/b")).toBe("by 2");
});

it("whoever has given up waiting for a connection takes no place among those who wait", async () => {
  behave = (socket, line) => {
    setTimeout(() => socket.write(answer(200, "ok")), line.includes("/long") ? 500 : 0);
  };
  const backend = upstream({}, { maxConnections: 1, maxQueue: 2, pipelining: 1 });
  const long = ask(backend, "/long");
  await settle(20);
  const given = await Promise.all([1, 2].map(() => ask(backend, "/short", { timeoutMs: 50 })));
  expect(given).toEqual(["context deadline exceeded", "context deadline exceeded"]);
  const patient = [ask(backend, "/a"), ask(backend, "/b")];
  expect(await ask(backend, "/c")).toBe("too many requests wait for a connection");
  expect(await Promise.all([long, ...patient])).toEqual(["ok", "ok", "ok"]);
});

it("nothing is sent behind a body that the backend has answered without reading it", async () => {
  behave = (socket, line, _before, connection) => {
    if (line.startsWith("POST")) socket.pause();
    socket.write(answer(200, `by ${connection}`));
  };
  const backend = upstream();
  const body = Buffer.alloc(32 * 1024 * 1024, "x");
  expect(await ask(backend, "/a", { method: "POST", body })).toBe("by 1");
  expect(await ask(backend, "/b", { timeoutMs: 1000 })).toBe("by 2");
});

it("a body that was read whole leaves its connection to others", async () => {
  behave = (socket, line, _before, connection) => {
    if (line.startsWith("GET")) socket.write(answer(200, `by ${connection}`));
    else setTimeout(() => socket.write(answer(200, `by ${connection}`)), 100);
  };
  const backend = upstream();
  expect(await ask(backend, "/a", { method: "POST", body: Buffer.from("abc") })).toBe("by 1");
  expect(await ask(backend, "/b")).toBe("by 1");
});
