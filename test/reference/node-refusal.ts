// What `node:http` lets through and must not be served, and the texts of what it refuses itself.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import {
  BAD_REQUEST,
  BAD_VERSION,
  MALFORMED_HOST,
  MISSING_HOST,
  type Refusal,
  refusalText,
  TOO_LARGE,
  UNKNOWN_CODING,
} from "../../src/runtime/http1/refusal.js";

/** How long a client may take to read why it was refused. */
const LINGER_MS = 500;

/** Answers in its turn, and then closes the connection. */
export function refuse(response: ServerResponse, { status, reason, body }: Refusal): void {
  response.shouldKeepAlive = false;
  response.sendDate = false;
  response.writeHead(status, reason, ["Content-Type", "text/plain; charset=utf-8", "Connection", "close"]);
  response.end(body, "latin1");
  const { socket } = response;
  response.on("finish", () => socket?.destroySoon());
}

const HOST = /^[\w.\-~!$&'()*+,;=:[\]%\x80-\xff]*$/;

/** The answer to a request that must not be served, or undefined. */
export function refuseRequest(request: IncomingMessage, target: unknown): Refusal | undefined {
  const { httpVersionMajor: major, httpVersionMinor: minor, rawHeaders, url = "" } = request;
  if (major !== 1) return BAD_VERSION;
  const hosts = countOf(rawHeaders, "host");
  if (hosts > 1 || target === undefined) return BAD_REQUEST;
  if (hosts === 0 && minor > 0) return MISSING_HOST;
  if (!HOST.test(request.headers.host ?? "")) return MALFORMED_HOST;
  if (!/^(?:\/|\*$|[A-Za-z][\w+.-]*:\/\/)/.test(url)) return BAD_REQUEST;
  if (url === "*" && request.method !== "OPTIONS") return BAD_REQUEST;
  const coding = request.headers["transfer-encoding"];
  if (coding === undefined) return undefined;
  if (coding.toLowerCase() !== "chunked" || countOf(rawHeaders, "transfer-encoding") > 1)
    return UNKNOWN_CODING;
  return minor === 0 ? BAD_REQUEST : undefined;
}

function countOf(rawHeaders: readonly string[], name: string): number {
  return rawHeaders.filter((each, index) => index % 2 === 0 && each.toLowerCase() === name).length;
}

/**
 * Answers a request that the parser refused. A connection that never spoke is closed silently; one
 * that still owes an answer is cut, since nothing may be written into or ahead of that.
 */
export function refuseConnection(fault: NodeJS.ErrnoException, socket: Socket, owes: boolean): void {
  if (fault.code === "ECONNRESET" || !socket.writable || owes) {
    socket.destroy();
    return;
  }
  socket.end(refusalText(refusalOf(fault)), "latin1", () =>
    setTimeout(() => socket.destroy(), LINGER_MS).unref(),
  );
}

function refusalOf({ code }: NodeJS.ErrnoException): Refusal {
  if (code === "HPE_HEADER_OVERFLOW") return TOO_LARGE;
  return code === "HPE_INVALID_VERSION" ? BAD_VERSION : BAD_REQUEST;
}
