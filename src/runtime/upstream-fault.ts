// Failures of the client library as KrakenD's texts [Go net/http transport errors].
import { UpstreamError } from "./upstream-error.js";

interface SystemFault extends Error {
  readonly code?: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
}

/** `Get "http://h/p": <reason>`; the method in title case as Go writes it. */
export function requestError(method: string, url: string, reason: string): UpstreamError {
  const title = method.charAt(0) + method.slice(1).toLowerCase();
  return new UpstreamError("connection", `${title} ${JSON.stringify(url)}: ${reason}`);
}

export function tooLarge(method: string, url: string): UpstreamError {
  const error = requestError(method, url, "the answer is larger than the gateway holds in memory");
  return new UpstreamError("too-large", error.message);
}

export function connectionError(method: string, url: string, fault: Error): UpstreamError {
  return requestError(method, url, reason(firstOf(fault)));
}

/** Several addresses were tried: the first failure speaks for all. */
function firstOf(fault: Error): SystemFault {
  return fault instanceof AggregateError ? ((fault.errors[0] as SystemFault) ?? fault) : fault;
}

function reason(fault: SystemFault): string {
  const dial = `dial tcp ${fault.address ?? ""}:${fault.port ?? ""}: connect:`;
  switch (fault.code) {
    case "ECONNREFUSED":
      return `${dial} connection refused`;
    case "EHOSTUNREACH":
      return `${dial} no route to host`;
    case "ENETUNREACH":
      return `${dial} network is unreachable`;
    case "ETIMEDOUT":
    case "UND_ERR_CONNECT_TIMEOUT":
      return `${dial} connection timed out`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `dial tcp: lookup ${fault.hostname ?? ""}: no such host`;
    case "UND_ERR_SOCKET":
      return "EOF";
    case "ECONNRESET":
      return "read: connection reset by peer";
    case "EPIPE":
      return "write: broken pipe";
    default:
      return brokenAnswer(fault);
  }
}

function brokenAnswer(fault: SystemFault): string {
  const broken = "net/http: HTTP/1.x transport connection broken:";
  if (fault.code?.startsWith("HPE_") === true) return `${broken} ${fault.message}`;
  if (fault.code === "UND_ERR_HEADERS_OVERFLOW") return `${broken} server response headers too large`;
  if (fault.code === "ERR_ASSERTION") return `${broken} malformed HTTP status code`;
  if (fault.code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH") return "unexpected EOF";
  return fault.message === "" ? "connection failed" : fault.message;
}

/** The connection broke before any part of the answer: on one that was used before, the backend may just have closed it. */
export function isBrokenConnection(fault: Error): boolean {
  return ["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"].includes((fault as SystemFault).code ?? "");
}
