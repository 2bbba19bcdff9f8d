// Requests that the server itself refuses, with the texts of Go's server [Go net/http server.go].
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

/** A whole answer after which the connection closes; its body is its status line. */
function refusal(status: string, detail = ""): string {
  const text = `${status}${detail}`;
  return `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${text}`;
}

const BAD_REQUEST = "400 Bad Request";
const HOST = /^[\w.\-~!$&'()*+,;=:[\]%\x80-\xff]*$/;

/** The answer to a request that must not be served, or undefined. */
export function refuseRequest(request: IncomingMessage, target: unknown): string | undefined {
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

function refuseFraming(request: IncomingMessage): string | undefined {
  const encoding = request.headers["transfer-encoding"];
  if (encoding === undefined || encoding.toLowerCase() === "chunked") return undefined;
  return "HTTP/1.1 501 Not Implemented\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\nUnsupported transfer encoding";
}

function countOf(rawHeaders: readonly string[], name: string): number {
  return rawHeaders.filter((each, index) => index % 2 === 0 && each.toLowerCase() === name).length;
}

/** Answers a request that the parser refused; a connection that never spoke is closed silently. */
export function refuseConnection(fault: NodeJS.ErrnoException, socket: Socket): void {
  if (fault.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(refusalOf(fault), "latin1");
}

function refusalOf(fault: NodeJS.ErrnoException): string {
  switch (fault.code) {
    case "HPE_HEADER_OVERFLOW":
      return refusal("431 Request Header Fields Too Large");
    case "HPE_INVALID_VERSION":
      return refusal("505 HTTP Version Not Supported", ": unsupported protocol version");
    case "HPE_INVALID_HEADER_TOKEN":
      return refusal(BAD_REQUEST);
    default:
      return refusal(BAD_REQUEST);
  }
}
