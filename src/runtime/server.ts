// The server behind Exchange: node:http. Nothing outside this file sees its objects.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { PassThrough } from "node:stream";
import { type ByteString, percentDecode } from "./bytes.js";
import { type ClientIp, plainAddress } from "./client-ip.js";
import { onDeadline } from "./deadline.js";
import type { Exchange, FlatHeaders, Handler, Observer, ReplyStream, RequestBody } from "./exchange.js";
import { logFault } from "./log.js";
import { refuse, refuseConnection, refuseRequest } from "./refusal.js";
import { clientGone, deadlineExceeded, UpstreamError } from "./upstream-error.js";

/** The largest request body that is held in memory for several backends, in bytes. */
export const MOST_BUFFERED_BODY = 64 * 1024 * 1024;

export interface ServerOptions {
  readonly handler: Handler;
  readonly clientIp: ClientIp;
  /** Bytes of request line and header; over this the request is refused with 431. */
  readonly maxHeaderBytes: number;
  /** Milliseconds; 0 is no limit. */
  readonly readHeaderTimeoutMs: number;
  readonly readTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** Told of every reply; absent where nobody observes. */
  readonly observe?: Observer;
}

let draining = false;

/** From now on every answer closes its connection. */
export function drain(): void {
  draining = true;
}

const connections = new Set<Socket>();

/** Closes the connections on which no request is being served. */
export function closeSilent(): void {
  for (const socket of connections) if (!waiting.has(socket)) socket.destroy();
}

/** A server that is not listening yet. */
export function createGatewayServer(options: ServerOptions): Server {
  const server = createServer(
    {
      maxHeaderSize: options.maxHeaderBytes,
      requireHostHeader: false,
      keepAliveTimeout: options.idleTimeoutMs,
      headersTimeout: options.readHeaderTimeoutMs,
      requestTimeout: options.readTimeoutMs,
      connectionsCheckingInterval: 1000,
      noDelay: true,
    },
    (request, response) => inTurn(request, response, () => serveOne(options, request, response)),
  );
  server.on("connection", (socket: Socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
  });
  // Headers beyond a number would be dropped unseen; their bytes are limited instead.
  server.maxHeadersCount = 0;
  server.on("checkExpectation", (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(417, ["Connection", "close", "Content-Length", "0"]);
    response.end();
  });
  server.on("clientError", (fault: NodeJS.ErrnoException, socket: Socket) =>
    refuseConnection(fault, socket, waiting.has(socket)),
  );
  return server;
}

/** Connections on which a request was refused: what follows on them is not looked at. */
const refused = new WeakSet<Socket>();

/** Requests of one connection that wait for the answer before them. */
const waiting = new WeakMap<Socket, (() => void)[]>();

/**
 * Pipelined requests are served one after the other: a later one must not take effect before an
 * earlier one [RFC 9112 9.3.2].
 */
function inTurn(request: IncomingMessage, response: ServerResponse, start: () => void): void {
  const { socket } = request;
  if (refused.has(socket)) return;
  const queue = waiting.get(socket);
  response.on("close", () => {
    const next = waiting.get(socket)?.shift();
    if (next === undefined || socket.destroyed || refused.has(socket)) waiting.delete(socket);
    else next();
  });
  if (queue !== undefined) {
    queue.push(start);
    return;
  }
  waiting.set(socket, []);
  start();
}

function serveOne(options: ServerOptions, request: IncomingMessage, response: ServerResponse): void {
  const target = splitTarget(request.url ?? "/");
  const refusal = refuseRequest(request, target);
  if (refusal !== undefined) {
    refused.add(request.socket);
    refuse(response, refusal);
    return;
  }
  if (request.method === "OPTIONS" && request.url === "*") {
    response.writeHead(200, ["Content-Length", "0"]);
    response.end();
    return;
  }
  const x = new NodeExchange(request, response, options, target!);
  try {
    options.handler(x)?.catch((fault: unknown) => x.crash(fault));
  } catch (fault) {
    x.crash(fault);
  }
}

function closing(): readonly string[] {
  return draining ? ["Connection", "close"] : [];
}

interface Target {
  /** As sent, in bytes. */
  readonly raw: ByteString;
  readonly path: ByteString;
  readonly query: ByteString;
  /** Host of an absolute-form target. */
  readonly host: ByteString | undefined;
}

const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?]*)/;

/** Undefined where the path does not decode. */
function splitTarget(raw: ByteString): Target | undefined {
  const bytes = /[^\x00-\xff]/.test(raw) ? Buffer.from(raw, "utf8").latin1Slice() : raw;
  const absolute = ABSOLUTE.exec(bytes);
  const rest = absolute === null ? bytes : bytes.slice(absolute[0].length) || "/";
  const mark = rest.indexOf("?");
  const path = percentDecode(mark < 0 ? rest : rest.slice(0, mark));
  if (path === undefined) return undefined;
  return { raw: bytes, path, query: mark < 0 ? "" : rest.slice(mark + 1), host: absolute?.[1] };
}

class NodeExchange implements Exchange {
  readonly method: string;
  readonly target: ByteString;
  readonly path: ByteString;
  readonly query: ByteString;
  readonly startedAt = performance.now();
  readonly host: ByteString;
  readonly hasBody: boolean;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #options: ServerOptions;
  #observed = false;
  failure: UpstreamError | undefined = undefined;
  place = 0;

  constructor(request: IncomingMessage, response: ServerResponse, options: ServerOptions, target: Target) {
    this.#request = request;
    this.#response = response;
    // Each backend of the request listens for the client's leaving.
    response.setMaxListeners(0);
    this.#options = options;
    this.method = request.method ?? "GET";
    this.target = target.raw;
    this.path = target.path;
    this.query = target.query;
    this.host = target.host ?? request.headers.host ?? "";
    const length = request.headers["content-length"];
    this.hasBody =
      request.headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
  }

  get clientIp(): string {
    return this.#options.clientIp.of(
      plainAddress(this.#request.socket.remoteAddress),
      this.#request.rawHeaders,
    );
  }

  get rawHeaders(): FlatHeaders {
    return this.#request.rawHeaders;
  }

  header(name: string): ByteString | undefined {
    const value = this.#request.headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  /** A stream of its own, since whoever sends it on may give it up before its end. */
  streamBody(): RequestBody | undefined {
    if (!this.hasBody) return undefined;
    const request = this.#request;
    const body = new PassThrough();
    body.on("error", () => {});
    body.on("close", () => {
      request.unpipe(body);
      request.resume();
    });
    return request.pipe(body);
  }

  readBody(deadline: number): Promise<Uint8Array | UpstreamError> {
    const request = this.#request;
    return new Promise((resolve) => {
      const chunks: Uint8Array[] = [];
      let size = 0;
      const collect = (chunk: Uint8Array): void => {
        size += chunk.length;
        if (size <= MOST_BUFFERED_BODY) chunks.push(chunk);
        else settle(new UpstreamError("too-large", "http: request body too large", 413));
      };
      const end = (): void => settle(Buffer.concat(chunks));
      const close = (): void => settle(clientGone());
      const settle = (result: Uint8Array | UpstreamError): void => {
        stop();
        request.off("data", collect).off("end", end).off("close", close);
        chunks.length = 0;
        resolve(result);
      };
      const stop = onDeadline(deadline, () => settle(deadlineExceeded()));
      request.on("data", collect).on("end", end).on("close", close);
    });
  }

  onGone(listener: () => void): () => void {
    const response = this.#response;
    const onClose = (): void => {
      if (!response.writableFinished) listener();
    };
    response.on("close", onClose);
    return () => response.off("close", onClose);
  }

  send(status: number, headers: FlatHeaders, body: ByteString): void {
    const response = this.#response;
    if (response.headersSent) return;
    this.#observe(status, body.length);
    if (response.destroyed) return;
    const bare = status === 204 || status === 304;
    const length = bare ? [] : ["Content-Length", String(body.length)];
    response.writeHead(status, [...headers, ...length, ...closing()]);
    response.end(this.method === "HEAD" || bare ? undefined : body, "latin1");
    this.#swallowBody();
  }

  stream(status: number, headers: FlatHeaders): ReplyStream {
    const response = this.#response;
    if (!response.headersSent && !response.destroyed) response.writeHead(status, [...headers, ...closing()]);
    let bytes = 0;
    return {
      write: (chunk) => {
        bytes += chunk.length;
        return response.write(chunk);
      },
      onDrain: (listener) => response.on("drain", listener),
      end: () => {
        this.#observe(status, bytes);
        response.end();
      },
      abort: () => {
        this.#observe(status, bytes);
        response.flushHeaders();
        response.destroy();
      },
    };
  }

  #observe(status: number, bytes: number): void {
    if (this.#observed) return;
    this.#observed = true;
    this.#options.observe?.(this, status, bytes, performance.now() - this.startedAt);
  }

  /** A body that nobody reads is read to its end, so that the connection stays usable. */
  #swallowBody(): void {
    if (!this.hasBody || this.#request.readableEnded) return;
    this.#request.unpipe();
    this.#request.resume();
  }

  /** A fault of the gateway: the client gets a bare 500, the operator the reason. */
  crash(fault: unknown): void {
    logFault(fault);
    if (this.#response.headersSent) this.#response.destroy();
    else this.send(500, [], "");
  }
}
