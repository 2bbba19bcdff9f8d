// The server on `node:http`, in place of `src/runtime/server.ts`: what ships is measured against it.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type ByteString, percentDecode } from "../../src/runtime/bytes.js";
import type { ServerOptions } from "../../src/runtime/server-state.js";
import { NodeExchange, type Target } from "./node-exchange.js";
import { refuse, refuseConnection, refuseRequest } from "./node-refusal.js";

export type { ServerOptions } from "../../src/runtime/server-state.js";
export type GatewayServer = Server;

const servers = new Set<Server>();
const connections = new Set<Socket>();
let draining = false;

/** From now on every answer closes its connection. */
export function drain(): void {
  draining = true;
}

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
  servers.add(server);
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

/** Pipelined requests are served one after the other [RFC 9112 9.3.2]. */
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
  const x = new NodeExchange(request, response, options, target!, () => draining);
  try {
    options.handler(x)?.catch((fault: unknown) => x.crash(fault));
  } catch (fault) {
    x.crash(fault);
  }
}

const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?@]*@)?([^/?]*)/;

/** Undefined where the path does not decode. */
function splitTarget(raw: ByteString): Target | undefined {
  const absolute = ABSOLUTE.exec(raw);
  const rest = absolute === null ? raw : raw.slice(absolute[0].length) || "/";
  const mark = rest.indexOf("?");
  const path = percentDecode(mark < 0 ? rest : rest.slice(0, mark));
  if (path === undefined) return undefined;
  const query = mark < 0 ? "" : rest.slice(mark + 1);
  return { raw, path: path === "" ? "/" : path, query, host: absolute?.[1] };
}
