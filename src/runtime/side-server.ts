// A small server beside the gateway's own, for operators: statistics and metrics. Not on the request path.
import { createServer, type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import type { ByteString } from "./bytes.js";
import { thread } from "./thread.js";

export interface SideRequest {
  readonly method: string;
  readonly path: string;
  readonly accept: string;
  readonly acceptEncoding: string;
}

export interface SideReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ByteString | Buffer;
}

export interface SideOptions {
  /** As Go writes listen addresses: `:8090`, `127.0.0.1:8090`, `[::1]:8090`. */
  readonly address: string;
  readonly reply: (request: SideRequest) => SideReply | Promise<SideReply>;
  readonly failed: (fault: NodeJS.ErrnoException) => void;
}

const HEADER_TIMEOUT_MS = 3000;

/** How soon it is tried again to listen where another program still does. */
const RETRY_MS = 250;

/** Serves until `close`; does not keep the process alive. */
export function serveAside({ address, reply, failed }: SideOptions): Server {
  const server = createServer({ headersTimeout: HEADER_TIMEOUT_MS }, (request, response) => {
    void Promise.resolve(reply(requestOf(request))).then(({ status, headers, body }) => {
      const bytes = typeof body === "string" ? Buffer.from(body, "latin1") : body;
      response.writeHead(status, { ...headers, "Content-Length": bytes.length });
      response.end(request.method === "HEAD" ? undefined : bytes);
      request.resume();
    });
  });
  const colon = address.lastIndexOf(":");
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  const port = Number(address.slice(colon + 1));
  const listen = (): void => void server.listen(host === "" ? { port } : { port, host });
  // The program that is replaced has the port for some more seconds; a fault must not end a gateway that serves.
  const waits = thread.receive !== undefined;
  let over = false;
  server.on("close", () => {
    over = true;
  });
  server.on("error", (fault: NodeJS.ErrnoException) => {
    if (!waits) failed(fault);
    else if (!over) setTimeout(() => over || listen(), RETRY_MS).unref();
  });
  listen();
  return server.unref();
}

function requestOf({ method = "GET", url = "/", headers }: IncomingMessage): SideRequest {
  return {
    method,
    path: url.split("?")[0] ?? "/",
    accept: headers.accept ?? "",
    acceptEncoding: String(headers["accept-encoding"] ?? ""),
  };
}

/** `404 Not Found`. */
export function statusText(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ""}`.trim();
}
