// Requests behind others on one connection: each gets its own answer or none.
import net from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DEFAULT_ORIGIN } from "../../src/runtime/http1/origin.js";
import { PipelinedOrigin } from "../../src/runtime/http1/pipelined-origin.js";
import { Upstream } from "../../src/runtime/upstream.js";
import { ask, Client } from "../support/calls.js";

/** One request as a backend sees it. */
interface Seen {
  readonly method: string;
  readonly path: string;
  /** Number of the connection, from 1. */
  readonly connection: number;
  /** Its place on the connection, from 1. */
  readonly place: number;
}

type Behaviour = (seen: Seen, socket: net.Socket) => void;

/** Reads requests without bodies as fast as they come, and does with each what `behaviour` says. */
class Backend {
  readonly requests: Seen[] = [];
  readonly sockets = new Set<net.Socket>();
  behaviour: Behaviour = echo;
  connections = 0;
  readonly #server = net.createServer((socket) => this.#serve(socket));

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as net.AddressInfo).port}`;
  }

  #serve(socket: net.Socket): void {
    this.connections += 1;
    const connection = this.connections;
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("error", () => {});
    let place = 0;
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n")) {
        const [method = "", path = ""] = text.split(" ");
        text = text.slice(end + 4);
        place += 1;
        const seen = { method, path, connection, place };
        this.requests.push(seen);
        this.behaviour(seen, socket);
      }
    });
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
  }
}

function answer(body: string, headers = ""): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`;
}

function echo({ path }: Seen, socket: net.Socket): void {
  socket.write(answer(path));
}

let backend: Backend;
let upstream: Upstream;

beforeEach(async () => {
  backend = new Backend();
  await backend.start();
  upstream = pipelined();
});

afterEach(() => backend.stop());

function pipelined(limits: { readonly maxConnections?: number; readonly maxQueue?: number } = {}): Upstream {
  const options = { ...DEFAULT_ORIGIN, pipelining: 8, kind: PipelinedOrigin, ...limits };
  return new Upstream([backend.url], undefined, options);
}

const paths = (count: number, from = 0): readonly string[] =>
  Array.from({ length: count }, (_each, index) => `/${index + from}`);

const askAll = (all: readonly string[], timeoutMs = 3000): Promise<readonly string[]> =>
  Promise.all(all.map((path) => ask(upstream, path, { timeoutMs })));

/** Both usual connections have answered once. */
async function warmUp(): Promise<void> {
  await askAll(["/warm", "/warm"]);
  backend.requests.length = 0;
}

const settle = (ms = 50): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Answers all that came on a connection when told to. */
class Held {
  readonly all: (readonly [Seen, net.Socket])[] = [];
  readonly take: Behaviour = (seen, socket) => {
    this.all.push([seen, socket]);
  };

  release(): void {
    for (const [seen, socket] of this.all.splice(0)) echo(seen, socket);
  }
}

describe("requests behind others", () => {
  it("get their own answers, over two connections", async () => {
    await warmUp();
    expect(await askAll(paths(200))).toEqual(paths(200).map((path) => path));
    expect(Math.max(...backend.requests.map(({ place }) => place))).toBeGreaterThan(20);
  });

  it("are so many on a connection at most, then there are more connections", async () => {
    await warmUp();
    const held = new Held();
    backend.behaviour = held.take;
    const asked = askAll(paths(30));
    await settle();
    // Sixteen on two, two on new ones, the others wait for these.
    expect(held.all).toHaveLength(18);
    expect(backend.connections).toBe(4);
    backend.behaviour = echo;
    held.release();
    expect(await asked).toEqual(paths(30));
  });

  it("wait where there may be no more connections, and are refused beyond the queue", async () => {
    upstream = pipelined({ maxConnections: 1, maxQueue: 4 });
    await ask(upstream, "/warm");
    const held = new Held();
    backend.behaviour = held.take;
    const asked = askAll(paths(13));
    await settle();
    expect(held.all).toHaveLength(8);
    held.release();
    backend.behaviour = echo;
    const answers = await asked;
    expect(answers.slice(0, 12)).toEqual(paths(12));
    expect(answers[12]).toBe("too many requests wait for a connection");
  });

  it("do not go to a connection that has not answered yet", async () => {
    const held = new Held();
    backend.behaviour = held.take;
    const asked = askAll(paths(10));
    await settle();
    expect(backend.requests.map(({ place }) => place)).toEqual([1, 1]);
    backend.behaviour = echo;
    held.release();
    expect(await asked).toEqual(paths(10));
    expect(backend.connections).toBe(2);
  });

  it("are never ones with an effect, nor behind one", async () => {
    await warmUp();
    const held = new Held();
    backend.behaviour = held.take;
    const posts = [1, 2, 3].map((each) => ask(upstream, `/post${each}`, { method: "POST" }));
    const gets = askAll(paths(6));
    await settle();
    const onPosts = held.all
      .filter(([{ method }]) => method === "POST")
      .map(([{ connection }]) => connection);
    const onGets = held.all.filter(([{ method }]) => method === "GET").map(([{ connection }]) => connection);
    expect(new Set(onPosts).size).toBe(3);
    expect(onGets.some((connection) => onPosts.includes(connection))).toBe(false);
    backend.behaviour = echo;
    held.release();
    expect(await gets).toEqual(paths(6));
    expect(await Promise.all(posts)).toEqual(["/post1", "/post2", "/post3"]);
  });

  it("go to an idle connection first", async () => {
    await warmUp();
    backend.behaviour = (seen, socket) => setTimeout(() => echo(seen, socket), 20);
    await askAll(paths(2));
    expect(new Set(backend.requests.map(({ connection }) => connection)).size).toBe(2);
  });

  it("let one with an effect through, however many there are", async () => {
    upstream = pipelined({ maxConnections: 1 });
    await ask(upstream, "/warm");
    let isOver = false;
    const load = Array.from({ length: 12 }, async () => {
      while (!isOver) await ask(upstream, "/get");
    });
    expect(await ask(upstream, "/post", { method: "POST" })).toBe("/post");
    isOver = true;
    await Promise.all(load);
  });
});

describe("a client that leaves", () => {
  it("takes nothing from the others", async () => {
    upstream = pipelined({ maxConnections: 1 });
    await ask(upstream, "/warm");
    const held = new Held();
    backend.behaviour = held.take;
    const client = new Client();
    const before = ask(upstream, "/before");
    const left = ask(upstream, "/left", {}, client);
    const behind = ask(upstream, "/behind");
    await settle();
    client.leave();
    expect(await left).toBe("context canceled");
    held.release();
    expect([await before, await behind]).toEqual(["/before", "/behind"]);
    expect(backend.connections).toBe(1);
    expect(held.all).toHaveLength(0);
  });

  it("is not sent for at all when it left at once", async () => {
    await warmUp();
    const client = new Client();
    const left = ask(upstream, "/left", {}, client);
    client.leave();
    expect(await left).toBe("context canceled");
    expect(await ask(upstream, "/next")).toBe("/next");
    expect(backend.requests.map(({ path }) => path)).toEqual(["/next"]);
  });

  it("says nothing about the backend, even when all have left", async () => {
    await warmUp();
    backend.behaviour = () => {};
    const client = new Client();
    const left = paths(6).map((path) => ask(upstream, path, {}, client));
    await settle();
    client.leave();
    await Promise.all(left);
    backend.behaviour = echo;
    await warmUp();
    expect(await askAll(paths(60))).toEqual(paths(60));
    expect(Math.max(...backend.requests.map(({ place }) => place))).toBeGreaterThan(5);
  });

  it("leaves no connection behind that owes only it an answer", async () => {
    await warmUp();
    backend.behaviour = () => {};
    const client = new Client();
    const left = ask(upstream, "/left", {}, client);
    await settle();
    client.leave();
    await left;
    await settle();
    expect(backend.sockets.size).toBe(1);
  });
});

it("those behind a request whose time is over are asked for once more", async () => {
  upstream = pipelined({ maxConnections: 1 });
  await ask(upstream, "/warm");
  backend.behaviour = (seen, socket) => {
    if (seen.connection > 1) echo(seen, socket);
  };
  const stuck = ask(upstream, "/stuck", { timeoutMs: 100 });
  const behind = ask(upstream, "/behind");
  expect(await stuck).toBe("context deadline exceeded");
  expect(await behind).toBe("/behind");
});

describe("a hostile backend", () => {
  const broken: Readonly<Record<string, (socket: net.Socket) => void>> = {
    "a bad status line": (socket) => socket.write("HTTP/1.1 2xx OK\r\n\r\n"),
    "two lengths": (socket) =>
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
    "a bad chunk": (socket) => socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    "a length and chunks": (socket) =>
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    garbage: (socket) => socket.write("\x16\x03\x01\x00\xff\n\r\n\r\n"),
    "a reset": (socket) => socket.resetAndDestroy(),
    "an end": (socket) => socket.end(),
    "half a body": (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc"),
    "too many interim answers": (socket) => socket.write("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(9)),
  };

  it.each(
    Object.entries(broken),
  )("%s: one request fails, the others get their answers", async (_what, act) => {
    await warmUp();
    backend.behaviour = (seen, socket) => {
      if (seen.path === "/bad") act(socket);
      else if (
        backend.requests.some(({ path, connection }) => path === "/bad" && connection === seen.connection)
      ) {
        // What follows the broken answer looks like the answer to somebody else.
        if (!socket.destroyed) socket.write(answer("of somebody else"));
      } else echo(seen, socket);
    };
    const answers = await askAll(["/1", "/bad", ...paths(10, 2)]);
    expect(answers[1]).toMatch(/^Get "/);
    expect([answers[0], ...answers.slice(2)]).toEqual(["/1", ...paths(10, 2)]);
  });

  it("that answers what it was not asked loses the connection, and nobody sees it", async () => {
    await warmUp();
    backend.behaviour = (seen, socket) => socket.write(answer(seen.path) + answer("of nobody"));
    expect(await ask(upstream, "/1")).toBe("/1");
    backend.behaviour = echo;
    expect(await askAll(paths(30))).toEqual(paths(30));
  });

  it("that answers before it was asked is not believed", async () => {
    await warmUp();
    for (const socket of backend.sockets) socket.write(answer("of nobody"));
    await settle();
    expect(await askAll(paths(4))).toEqual(paths(4));
  });

  it("that ends its connections, and says so, costs nobody an answer", async () => {
    await warmUp();
    backend.behaviour = ({ path, place }, socket) => {
      if (socket.writableEnded) return;
      const isLast = place % 5 === 0;
      socket.write(answer(path, isLast ? "Connection: close\r\n" : ""));
      if (isLast) socket.end();
    };
    for (let round = 0; round < 5; round += 1) expect(await askAll(paths(40))).toEqual(paths(40));
  });

  it("that ends each connection after one answer gets no request that often", async () => {
    await warmUp();
    backend.behaviour = ({ path }, socket) => {
      if (!socket.writableEnded) socket.end(answer(path, "Connection: close\r\n"));
    };
    expect(await askAll(paths(16))).toEqual(paths(16));
    expect(backend.requests.length).toBeLessThanOrEqual(16 * 3);
    backend.requests.length = 0;
    expect(await askAll(paths(16))).toEqual(paths(16));
    expect(backend.requests.map(({ place }) => place)).toEqual(paths(16).map(() => 1));
  });

  it("that never answers leaves nothing", async () => {
    await warmUp();
    backend.behaviour = () => {};
    const answers = await askAll(paths(20), 100);
    expect(new Set(answers)).toEqual(new Set(["context deadline exceeded"]));
    await settle(100);
    expect(backend.sockets.size).toBe(0);
    backend.behaviour = echo;
    expect(await askAll(paths(20))).toEqual(paths(20));
  });
});
