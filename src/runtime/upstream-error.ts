// What can go wrong between the gateway and a backend, as a value. No stack is taken: these are
// expected, and they are made at the rate of failing traffic.
import type { ByteString } from "./bytes.js";

export type FailureKind =
  | "timeout"
  | "canceled"
  | "connection"
  | "status"
  | "decode"
  | "target"
  | "refused"
  | "too-large"
  /** A layer around the route refused the request. */
  | "layer";

export class UpstreamError {
  readonly kind: FailureKind;
  /** KrakenD's text, where a client or a log can see it. */
  readonly message: ByteString;
  /** Status for the client where the failure carries its own; 0: it does not. */
  readonly status: number;
  /** Content type of `message` where the failure carries one. */
  readonly contentType: ByteString | undefined;
  /** The failures that this one sums up, oldest first. */
  readonly parts: readonly UpstreamError[];

  constructor(
    kind: FailureKind,
    message: ByteString,
    status = 0,
    contentType?: ByteString,
    parts: readonly UpstreamError[] = [],
  ) {
    this.kind = kind;
    this.message = message;
    this.status = status;
    this.contentType = contentType;
    this.parts = parts;
  }
}

/** The deadline passed [Go context.DeadlineExceeded]. */
export function deadlineExceeded(): UpstreamError {
  return new UpstreamError("timeout", "context deadline exceeded");
}

/** The client went away [Go context.Canceled]. */
export function clientGone(): UpstreamError {
  return new UpstreamError("canceled", "context canceled");
}

/**
 * Several failures as one: their texts joined by line ends, no status of its own.
 * [lura proxy/merging.go newMergeError]
 */
export function allFailed(parts: readonly UpstreamError[]): UpstreamError {
  const only = parts[0];
  if (only === undefined) return new UpstreamError("refused", "no response");
  return new UpstreamError(only.kind, parts.map((part) => part.message).join("\n"), 0, undefined, parts);
}
