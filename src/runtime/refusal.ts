// Requests that the server itself refuses, with the texts of Go's server [Go net/http server.go].
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

export interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly body: string;
}

/** The body is the status line, and what is said after it. */
function refusal(line: string, detail = ""): Refusal {
  return { status: Number(line.slice(0, 3)), reason: line.slice(4), body: `${line}${detail}` };
}

const HEADERS = ["Content-Type", "text/plain; charset=utf-8", "Connection", "close"];

/** Answers in its turn, and then closes the connection. */
export function refuse(response: ServerResponse, { status, reason, body }: Refusal): void {
  response.shouldKeepAlive = false;
  response.sendDate = false;
  response.writeHead(status, reason, HEADERS);
  response.end(body, "latin1");
  const { socket } = response;
  response.on("finish", () => socket?.destroySoon());
}

const BAD_REQUEST = "400 Bad Request";
const HOST = /^[\w.\-~!$&'()*+,;=:[\]%\x80-\xff]*$/;

/** The answer to a request that must not be served, or undefined. */
export function refuseRequest(request: IncomingMessage, target: unknown): Refusal | undefined {
  const { httpVersionMajor: major, httpVersionMinor: minor } = request;
  if (major !== 1) return refusal("505 HTTP Version Not Supported", ": unsupported protocol version");
  const hosts = countOf(request.rawHeaders, "host");
  if (hosts > 1) return refusal(BAD_REQUEST);
  if (hosts === 0 && minor > 0) return refusal(BAD_REQUEST, ": missing required Host header");
  if (!HOST.test(request.headers.host ?? "")) return refusal(BAD_REQUEST, ": malformed Host header");
  if (target === undefined) return refusal(BAD_REQUEST);
  if (!/^(?:\/|\*$|[A-Za-z][\w+.-]*:\/\/)/.test(request.url ?? "")) return refusal(BAD_REQUEST);
  return refuseFraming(request);
}

function refuseFraming(request: IncomingMessage): Refusal | undefined {
  const encoding = request.headers["transfer-encoding"];
  if (encoding === undefined || encoding.toLowerCase() === "chunked") return undefined;
  return { status: 501, reason: "Not Implemented", body: "Unsupported transfer encoding" };
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
  const { status, reason, body } = refusalOf(fault);
  const head = `HTTP/1.1 ${status} ${reason}\r\n${HEADERS[0]}: ${HEADERS[1]}\r\nConnection: close\r\n\r\n`;
  socket.end(head + body, "latin1", () => setTimeout(() => socket.destroy(), LINGER_MS).unref());
}

/** How long a client may take to read why it was refused. */
const LINGER_MS = 500;

function refusalOf(fault: NodeJS.ErrnoException): Refusal {
  switch (fault.code) {
    case "HPE_HEADER_OVERFLOW":
      return refusal("431 Request Header Fields Too Large");
    case "HPE_INVALID_VERSION":
      return refusal("505 HTTP Version Not Supported", ": unsupported protocol version");
    default:
      return refusal(BAD_REQUEST);
  }
}
