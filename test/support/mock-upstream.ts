// A backend that does as it is told, byte by byte. It speaks through node:net, because what matters in tests is
// what no HTTP library would send. An answer is a list of actions; the functions below make such lists.
import net from "node:net";
import { gzipSync } from "node:zlib";
import { type HeaderLine, headerValue, isChunked, readChunkedBody, readHead, readSizedBody } from "./wire.js";

/** What the gateway sent, as it stood on the wire (body without chunk framing). */
export interface UpstreamRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly headers: readonly HeaderLine[];
  readonly body: Buffer;
  /** Number of the connection it came on, from 1. */
  readonly connection: number;
}

/**
 * One thing the upstream does. `end` sends FIN after what was written, `reset` sends RST at once, `hang` does
 * nothing more on this connection and leaves it open.
 */
export type Action =
  | { readonly write: Buffer }
  | { readonly waitMs: number }
  | { readonly last: "end" | "reset" | "hang" };

/** What to do with one request, in order. Without a `last` the connection stays open for the next request. */
export type Answer = readonly Action[];

export type UpstreamHandler = (request: UpstreamRequest) => Answer | Promise<Answer>;

/**
 * Answers by "GET /path" or "/path" (without the query). A list of answers is given in turn and its last one
 * repeats. A request that matches nothing gets 404.
 */
export type UpstreamRoutes = Readonly<Record<string, Answer | UpstreamHandler | readonly Answer[]>>;

export interface MockUpstream {
  readonly port: number;
  /** "http://127.0.0.1:port" */
  readonly url: string;
  /** Every request read completely, in order of arrival. */
  readonly requests: UpstreamRequest[];
  /** Connections accepted so far. */
  readonly connections: number;
  /** Connections open now. */
  readonly open: number;
  /** Resolves when at least `count` requests have arrived; rejects after `timeoutMs`. */
  waitForRequests(count: number, timeoutMs?: number): Promise<void>;
  /** Drops every connection and stops; nothing of it stays open. */
  close(): Promise<void>;
}

/** Parts of an answer that are not its body. */
export interface AnswerOptions {
  readonly status?: number;
  readonly reason?: string;
  readonly headers?: readonly HeaderLine[];
}

/** A body under a Content-Length that is true. Content-Type is not added. */
export function answer(body: string | Buffer, options: AnswerOptions = {}): Answer {
  const bytes = Buffer.from(body);
  return [{ write: Buffer.concat([head(options, [["Content-Length", String(bytes.length)]]), bytes]) }];
}

/** `value` as JSON, status 200 unless told otherwise. */
export function json(value: unknown, options: AnswerOptions = {}): Answer {
  return answer(JSON.stringify(value), withJsonType(options));
}

/** `value` as JSON, gzip-encoded whether or not the request accepts it. */
export function gzip(value: unknown, options: AnswerOptions = {}): Answer {
  const typed = withJsonType(options);
  const headers: HeaderLine[] = [...(typed.headers ?? []), ["Content-Encoding", "gzip"]];
  return answer(gzipSync(JSON.stringify(value)), { ...typed, headers });
}

/** The pieces as chunks of one chunked body, each in a write of its own. */
export function chunked(pieces: readonly (string | Buffer)[], options: AnswerOptions = {}): Answer {
  const frame = (piece: Buffer) =>
    Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, CRLF]);
  return [
    { write: head(withJsonType(options), [["Transfer-Encoding", "chunked"]]) },
    ...pieces.map((piece) => ({ write: frame(Buffer.from(piece)) })),
    { write: Buffer.from("0\r\n\r\n") },
  ];
}

/** A body without any length, ended by the end of the connection. */
export function untilClose(body: string | Buffer, options: AnswerOptions = {}): Answer {
  return [{ write: Buffer.concat([head(withJsonType(options), []), Buffer.from(body)]) }, { last: "end" }];
}

/**
 * A body under a wrong Content-Length. Announcing too many bytes ends the connection before they came; announcing
 * too few leaves bytes over on a connection that stays open.
 */
export function wrongLength(body: string | Buffer, announced: number, options: AnswerOptions = {}): Answer {
  const bytes = Buffer.from(body);
  const lie = head(withJsonType(options), [["Content-Length", String(announced)]]);
  const write = { write: Buffer.concat([lie, bytes]) };
  return announced > bytes.length ? [write, { last: "end" }] : [write];
}

/** A JSON document `{"padding":"xxx..."}` of exactly `size` bytes (at least 14). */
export function large(size: number, options: AnswerOptions = {}): Answer {
  return answer(`{"padding":"${"x".repeat(size - 14)}"}`, withJsonType(options));
}

/** Any bytes, well-formed or not; what happens to the connection afterwards is `then` (it stays open without). */
export function raw(bytes: string | Buffer, then?: "end" | "reset" | "hang"): Answer {
  const write = { write: typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes };
  return then === undefined ? [write] : [write, { last: then }];
}

/** Bytes that are no HTTP at all. */
export function garbage(): Answer {
  return raw(Buffer.from([0x16, 0x03, 0x01, 0x00, 0xff, 0x0a, 0x80, 0x0d, 0x0a, 0x0d, 0x0a]), "end");
}

/** A well-framed answer under a status line that is none. */
export function badStatusLine(): Answer {
  return raw("HTTP/1.1 twohundred OK\r\nContent-Length: 2\r\n\r\n{}", "end");
}

/** Resets the connection instead of answering. */
export function reset(): Answer {
  return [{ last: "reset" }];
}

/** Closes the connection without an answer. */
export function closeEarly(): Answer {
  return [{ last: "end" }];
}

/** Never answers. */
export function hang(): Answer {
  return [{ last: "hang" }];
}

/** The same answer, `waitMs` later. */
export function delayed(waitMs: number, later: Answer): Answer {
  return [{ waitMs }, ...later];
}

/** The same answer with every byte in a write of its own, `gapMs` apart. */
export function oneByteAtATime(whole: Answer, gapMs = 0): Answer {
  return whole.flatMap((action): Action[] => {
    if (!("write" in action)) return [action];
    return [...action.write].flatMap((byte) => [{ write: Buffer.from([byte]) }, { waitMs: gapMs }]);
  });
}

/** The first `count` bytes of an answer, then the end of the connection (or a reset). */
export function cutAfter(count: number, whole: Answer, then: "end" | "reset" = "end"): Answer {
  const bytes = Buffer.concat(whole.flatMap((action) => ("write" in action ? [action.write] : [])));
  return [{ write: bytes.subarray(0, count) }, { waitMs: 5 }, { last: then }];
}

const CRLF = Buffer.from("\r\n");

function withJsonType(options: AnswerOptions): AnswerOptions {
  const given = options.headers ?? [];
  if (headerValue(given, "content-type") !== undefined) return options;
  return { ...options, headers: [["Content-Type", "application/json"], ...given] };
}

function head({ status = 200, reason = "OK", headers = [] }: AnswerOptions, framing: HeaderLine[]): Buffer {
  const lines = [...headers, ...framing].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.from(`HTTP/1.1 ${status} ${reason}\r\n${lines}\r\n`, "latin1");
}

/** Starts an upstream on a free loopback port. */
export async function startUpstream(handler: UpstreamHandler | UpstreamRoutes): Promise<MockUpstream> {
  const respond = typeof handler === "function" ? handler : routeHandler(handler);
  const requests: UpstreamRequest[] = [];
  const sockets = new Set<net.Socket>();
  let connections = 0;
  const server = net.createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    serveConnection(socket, connections, respond, requests);
  });
  await new Promise<void>((resolve, reject) => {
    server.on("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as net.AddressInfo; // listening on TCP: always an AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    requests,
    get connections() {
      return connections;
    },
    get open() {
      return sockets.size;
    },
    waitForRequests: (count, timeoutMs = 2000) => waitForLength(requests, count, timeoutMs),
    close: () => closeAll(server, sockets),
  };
}

async function closeAll(server: net.Server, sockets: ReadonlySet<net.Socket>): Promise<void> {
  const closings = [...sockets].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
  for (const socket of sockets) socket.destroy();
  await Promise.all([...closings, new Promise((resolve) => server.close(resolve))]);
}

async function waitForLength(list: readonly unknown[], count: number, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (list.length < count) {
    if (performance.now() > deadline)
      throw new Error(`${list.length} of ${count} requests reached the upstream in ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

function routeHandler(routes: UpstreamRoutes): UpstreamHandler {
  const asked = new Map<string, number>();
  return (request) => {
    const path = request.target.split("?", 1)[0] ?? "";
    const key = [`${request.method} ${path}`, path].find((candidate) => Object.hasOwn(routes, candidate));
    const route = key === undefined ? undefined : routes[key];
    if (key === undefined || route === undefined)
      return json({ message: "no such route" }, { status: 404, reason: "Not Found" });
    if (typeof route === "function") return route(request);
    if (!isTurns(route)) return route;
    const turn = asked.get(key) ?? 0;
    asked.set(key, turn + 1);
    return route[Math.min(turn, route.length - 1)] ?? [];
  };
}

const isTurns = (route: Answer | readonly Answer[]): route is readonly Answer[] => Array.isArray(route[0]);

function serveConnection(
  socket: net.Socket,
  connection: number,
  respond: UpstreamHandler,
  requests: UpstreamRequest[],
): void {
  let received: Buffer = Buffer.alloc(0);
  let turn: Promise<void> = Promise.resolve();
  socket.setNoDelay(true);
  // A gateway that gives up resets the connection: part of the tests, not a fault of the upstream.
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    for (let read = readRequest(received); read !== undefined; read = readRequest(received)) {
      received = received.subarray(read.end);
      const request = { ...read.request, connection };
      requests.push(request);
      turn = turn.then(async () => perform(socket, await respond(request)));
    }
  });
}

function readRequest(
  bytes: Buffer,
): { request: Omit<UpstreamRequest, "connection">; end: number } | undefined {
  const read = readHead(bytes);
  if (read === undefined) return undefined;
  const [method = "", target = ""] = read.startLine.split(" ");
  const length = Number(headerValue(read.headers, "content-length") ?? 0);
  const { body, end, complete } = isChunked(read.headers)
    ? readChunkedBody(bytes, read.end)
    : readSizedBody(bytes, read.end, length);
  if (!complete) return undefined;
  return { request: { method, target, headers: read.headers, body }, end };
}

async function perform(socket: net.Socket, actions: Answer): Promise<void> {
  for (const action of actions) {
    if (socket.destroyed) return;
    if ("write" in action) await written(socket, action.write);
    else if ("waitMs" in action) await waited(socket, action.waitMs);
    else if (action.last === "hang") return new Promise(() => {});
    else if (action.last === "reset") socket.resetAndDestroy();
    else socket.end();
  }
}

/** Ends early with the connection, so that no timer outlives `close()`. */
const waited = (socket: net.Socket, waitMs: number): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      socket.off("close", done);
      resolve();
    };
    const timer = setTimeout(done, waitMs);
    socket.once("close", done);
  });

const written = (socket: net.Socket, bytes: Buffer): Promise<void> =>
  new Promise((resolve) => {
    socket.once("close", resolve);
    socket.write(bytes, () => {
      socket.off("close", resolve);
      resolve();
    });
  });
