// One request and its one reply, as emitted code and rooms see them. What is behind it (a connection
// of HTTP/1.1, a stream of HTTP/2) stays behind it.
import type { ByteString } from "./bytes.js";
import type { UpstreamError } from "./upstream-error.js";

/** Name and value in turn, as in node's rawHeaders. */
export type FlatHeaders = readonly string[];

/** Takes a body as it arrives; what it is given is its own. */
export interface BodySink {
  onData(chunk: Buffer): void;
  onEnd(): void;
  /** No more will come. `reason` is undefined when the client has gone. */
  onBroken(reason: string | undefined): void;
}

/** A body that is still arriving. It can be read once: with `pump`, or as an iterable. */
export interface BodyStream extends AsyncIterable<Uint8Array> {
  /** In bytes, where the client said so. */
  readonly length: number | undefined;
  pump(sink: BodySink): void;
  /** While paused little more arrives. */
  pause(): void;
  resume(): void;
  /** Nobody wants the rest. */
  cancel(): void;
}

/** What is sent upstream as a body: read whole, or passed on while it arrives. */
export type RequestBody = Uint8Array | BodyStream;

/** The body of the client as several backends share it: whole, absent, or why it is not there. */
export type SharedBody = Uint8Array | UpstreamError | undefined;

/** Where a streamed reply is written. */
export interface ReplyStream {
  /** False: wait for `onDrain` before the next write. `written`: the chunk is needed no more. */
  write(chunk: Uint8Array, written?: () => void): boolean;
  onDrain(listener: () => void): void;
  end(): void;
  /** Cuts the connection: what was sent so far is not a complete answer. */
  abort(): void;
}

export interface Exchange {
  readonly method: string;
  /** The target as sent: path and query, or the whole URL. */
  readonly target: ByteString;
  /** Path of the target, percent-decoded to bytes. */
  readonly path: ByteString;
  /** Query of the target as sent, without `?`. */
  readonly query: ByteString;
  /** Arrival of the request, ms on the clock of performance.now(). */
  readonly startedAt: number;
  /** The Host of the request, port as sent; of the target for an absolute-form request. */
  readonly host: ByteString;
  /** Address of the client by the gateway's rule for forwarded headers. */
  readonly clientIp: string;
  readonly hasBody: boolean;
  /** The first value of a header; the name in lower case. */
  header(name: string): ByteString | undefined;
  /** Appends `name` and each value of the header whose name in lower case is `lower`. */
  copyHeader(headers: string[], name: string, lower: string): void;
  /** All headers as received. */
  readonly rawHeaders: FlatHeaders;
  /**
   * For observers of the server. What went wrong on the way to the reply: set before the reply by
   * whoever sends it.
   */
  failure?: UpstreamError | undefined;
  /**
   * For observers of the server: the number of the route that served the request, 0 where there was
   * none, else one of `Place`. Set before the reply.
   */
  place?: number;
  /** Headers for the reply that is still to come, from the layers around the route: see `addHeaders`. */
  added?: string[] | undefined;
  /** For tracing: the span that calls of backends are children of; set by whoever traces. */
  trace?: TraceContext | undefined;
  /** The body as it arrives; undefined if there is none. For one backend only. */
  streamBody(): RequestBody | undefined;
  /** The whole body, for several backends; an error value if it does not arrive by the deadline. */
  readBody(deadline: number): Promise<Uint8Array | UpstreamError>;
  /** Calls back when the client has gone before the reply was complete; returns how to stop that. */
  onGone(listener: () => void): () => void;
  /** Sends the whole reply. */
  send(status: number, headers: FlatHeaders, body: ByteString): void;
  /** Starts a streamed reply. */
  stream(status: number, headers: FlatHeaders): ReplyStream;
}

/** A span as it is told to others; ids in lower-case hex. */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
  /** The `tracestate` that goes with it; empty if there is none. */
  readonly state: string;
}

/** Who serves a request that is not a route's, for `Exchange.place`. */
export const Place = {
  /** Nobody: 404 and 405. */
  none: 0,
  /** The router itself or what stands around it, which KrakenD neither logs nor counts. */
  outside: -1,
  /** Health, debug and echo. */
  builtIn: -2,
} as const;

/**
 * Told of every reply once, when it has been handed over whole or was cut off, even if the client
 * has gone: its status, the bytes of its body (that a HEAD would have had), and the milliseconds
 * since the request arrived.
 */
export type Observer = (x: Exchange, status: number, bytes: number, durationMs: number) => void;

/** Serves one request: matches, replies. A promise only where it must wait. */
export type Handler = (x: Exchange) => Promise<void> | void;
