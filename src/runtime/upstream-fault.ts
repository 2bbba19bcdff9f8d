// Failures of connections in KrakenD's words [Go net/http transport errors].
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
      return `${dial} connection timed out`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `dial tcp: lookup ${fault.hostname ?? ""}: no such host`;
    case "ECONNRESET":
      return "read: connection reset by peer";
    case "EPIPE":
      return "write: broken pipe";
    default:
      return brokenAnswer(fault);
  }
}

/** A fault on the way to a proxy says so, in Go's words [Go net/http transport.go dialConn]. */
export function nameProxy(fault: Error): void {
  const first: { message: string; code?: string | undefined } = firstOf(fault);
  first.message = `proxyconnect tcp: ${reason(firstOf(fault))}`;
  // What is a fault of the network by its number keeps the text given here.
  first.code = undefined;
}

/** A fault that has Go's words already. */
export class BrokenAnswer extends Error {
  /** The answer is at fault, not the connection. */
  readonly isAnswer: boolean;

  constructor(message: string, isAnswer = true) {
    super(message);
    this.isAnswer = isAnswer;
    // These are expected, and come at the rate of failing traffic: nobody looks at where they were made.
    this.stack = message;
  }
}

function brokenAnswer(fault: SystemFault): string {
  if (fault instanceof BrokenAnswer && fault.isAnswer) {
    return `net/http: HTTP/1.x transport connection broken: ${fault.message}`;
  }
  return fault.message === "" ? "connection failed" : fault.message;
}
