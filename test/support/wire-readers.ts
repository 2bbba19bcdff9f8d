// What servers and clients make of bytes: ours and Node's, each asked in the same way.

import http from "node:http";
import type { Socket } from "node:net";
import type { ByteString } from "../../src/runtime/bytes.js";
import type { Exchange } from "../../src/runtime/exchange.js";
import { Http1Connection } from "../../src/runtime/http1/connection.js";
import { DEFAULT_ORIGIN, Origin } from "../../src/runtime/http1/origin.js";
import type { Answer } from "../../src/runtime/received-answer.js";
import type { ServerState } from "../../src/runtime/server-state.js";
import { DEFAULT_TRANSPORT } from "../../src/runtime/transport.js";
import { WholeAnswer } from "../../src/runtime/upstream-answer.js";
import { UpstreamError } from "../../src/runtime/upstream-error.js";
import { settle, socketPair, writeParts } from "./socket-pair.js";

/** A request as a server's handler sees it. */
export interface SeenRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  /** Undefined: it never came whole. */
  body: string | undefined;
}

export interface Served {
  readonly requests: readonly SeenRequest[];
  /** What came back, without dates and interim answers. */
  readonly output: string;
  readonly closed: boolean;
  /** Node's server: bytes behind a request that closes keep that request from ending. */
  readonly refusesRest?: boolean;
}

/** Heads in the fuzz tests stay below this in both. */
const MOST_HEAD = 16 * 1024;

export type ServerReader = (parts: readonly Buffer[]) => Promise<Served>;

async function talk(
  accept: (socket: Socket) => void,
  parts: readonly Buffer[],
  requests: readonly SeenRequest[],
): Promise<Served> {
  const [server, client] = socketPair();
  let output = "";
  let closed = false;
  client.on("data", (chunk: Buffer) => {
    output += chunk.toString("latin1");
  });
  client.on("end", () => {
    closed = true;
  });
  accept(server);
  await writeParts(client, parts);
  await settle(4);
  client.destroy();
  server.destroy();
  const bare = output.replaceAll(/Date: [^\r]*\r\n/g, "").replaceAll("HTTP/1.1 100 Continue\r\n\r\n", "");
  return { requests, output: bare, closed };
}

/** The server that ships. A body that breaks is answered as routes answer it. */
export const ourServer: ServerReader = (parts) => {
  const requests: SeenRequest[] = [];
  const state: ServerState = {
    options: {
      handler: (x) => answer(x, requests),
      clientIp: { of: (peer: string) => peer } as unknown as ServerState["options"]["clientIp"],
      maxHeaderBytes: MOST_HEAD,
      readHeaderTimeoutMs: 0,
      readTimeoutMs: 0,
      idleTimeoutMs: 0,
    },
    connections: new Set(),
    draining: false,
    onConnectionClosed: () => {},
  };
  return talk((socket) => new Http1Connection(socket, state), parts, requests);
};

async function answer(x: Exchange, requests: SeenRequest[]): Promise<void> {
  const seen: SeenRequest = { method: x.method, target: x.target, headers: x.rawHeaders, body: undefined };
  requests.push(seen);
  if (!x.hasBody) seen.body = "";
  else {
    const body = await x.readBody(performance.now() + 60_000);
    if (body instanceof UpstreamError) return x.send(500, [], "");
    seen.body = Buffer.from(body).toString("latin1");
  }
  x.send(200, [], "");
}

/** `node:http` at its strictest. */
export const nodeServer: ServerReader = async (parts) => {
  const requests: SeenRequest[] = [];
  const options = {
    insecureHTTPParser: false,
    maxHeaderSize: MOST_HEAD,
    connectionsCheckingInterval: 1_000_000,
  };
  const server = http.createServer(options, (request, response) => {
    const { method = "", url = "", rawHeaders } = request;
    const seen: SeenRequest = { method, target: url, headers: rawHeaders, body: undefined };
    requests.push(seen);
    let body = "";
    request.setEncoding("latin1");
    request.on("data", (chunk: string) => {
      body += chunk;
    });
    request.on("error", () => {});
    request.on("end", () => {
      if (request.complete) seen.body = body;
      response.end();
    });
  });
  server.maxHeadersCount = 0;
  let refusesRest = false;
  server.on("clientError", ({ code }: NodeJS.ErrnoException, socket) => {
    refusesRest = code === "HPE_CLOSED_CONNECTION";
    socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  });
  const served = await talk((socket) => server.emit("connection", socket), parts, requests);
  server.close();
  return { ...served, refusesRest };
};

/** An answer as a caller gets it. */
export interface SeenAnswer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

/** Undefined: none came, or not the whole. */
export type Called = SeenAnswer | undefined;

interface Backend {
  /** The end of a new connection that the client holds. */
  connect(): Socket;
}

/** A backend whose first connection answers its first request with `parts`; everything else it answers well. */
function backendOf(parts: readonly Buffer[], ends: boolean, marker: string): Backend {
  let connections = 0;
  return {
    connect() {
      connections += 1;
      const [client, backend] = socketPair();
      let asked = connections > 1 ? 1 : 0;
      backend.on("data", (chunk: Buffer) => {
        // Requests of these tests come whole.
        if (!chunk.includes("\r\n\r\n")) return;
        asked += 1;
        if (asked > 1) backend.write(`HTTP/1.1 200 OK\r\nContent-Length: ${marker.length}\r\n\r\n${marker}`);
        else void writeParts(backend, parts).then(() => ends && backend.end());
      });
      return client;
    },
  };
}

const client = { onGone: () => () => {} } as unknown as Exchange;
const HOST = { shown: "http://b", site: "http://b", prefix: "", credentials: undefined };
const NEXT = "the next one's own answer";

export interface Calls {
  readonly first: Called;
  /** What the call after it gets; it must be its own. */
  readonly next: string | undefined;
}

/** Two calls, one after the other, over the client that ships. */
export async function ourCalls(method: string, parts: readonly Buffer[], ends: boolean): Promise<Calls> {
  const backend = backendOf(parts, ends, NEXT);
  const address = { hostname: "127.0.0.1", port: 1, authority: "b", secure: () => backend.connect() };
  const transport = { ...DEFAULT_TRANSPORT, compression: false };
  const origin = new Origin(HOST, address, "", transport, DEFAULT_ORIGIN);
  const first = await ourCall(origin, method, parts.length);
  const next = await ourCall(origin, "GET", 1);
  origin.destroy();
  return { first, next: next?.body };
}

async function ourCall(origin: Origin, method: string, turns: number): Promise<Called> {
  let result: Called;
  const deadline = performance.now() + 60_000;
  const call = { method, target: "/" as ByteString, headers: [], body: undefined, deadline };
  const take = (answer: Answer | UpstreamError): void => {
    if (answer instanceof UpstreamError) return;
    result = { status: answer.status, headers: answer.headers, body: answer.body };
  };
  const transaction = new WholeAnswer(call, origin, client, take, true);
  transaction.begin();
  await settle(turns + 5);
  transaction.fail(new UpstreamError("timeout", ""));
  return result;
}

export async function nodeCall(method: string, parts: readonly Buffer[], ends: boolean): Promise<Called> {
  const backend = backendOf(parts, ends, NEXT);
  let result: Called;
  const request = http.request({
    method,
    insecureHTTPParser: false,
    maxHeaderSize: MOST_HEAD,
    createConnection: () => backend.connect(),
  });
  request.on("error", () => {});
  request.on("response", (response) => {
    let body = "";
    response.setEncoding("latin1");
    response.on("data", (chunk: string) => {
      body += chunk;
    });
    response.on("error", () => {});
    response.on("end", () => {
      const { statusCode = 0, rawHeaders, complete } = response;
      if (complete) result = { status: statusCode, headers: rawHeaders, body };
    });
  });
  request.end();
  await settle(parts.length + 5);
  request.destroy();
  return result;
}
