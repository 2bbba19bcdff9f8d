// One connection that speaks HTTP/2: its requests come side by side. Framing, header compression and flow
// control are node:http2's.
import {
  constants,
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { Socket } from "node:net";
import { plainAddress } from "../client-ip.js";
import { idleTimes, Timed } from "../deadline.js";
import type { Exchange, FlatHeaders } from "../exchange.js";
import { splitTarget } from "../http1/exchange.js";
import { BAD_REQUEST } from "../http1/refusal.js";
import { logFault } from "../log.js";
import type { ServedConnection, ServerState } from "../server-state.js";
import { Http2Exchange, type StreamOwner } from "./exchange.js";
import { requestFields } from "./fields.js";

/** Requests of one client at a time [Go golang.org/x/net/http2 server.go defaultMaxStreams]. */
const MOST_STREAMS = 250;
/** What a client may send of a body before anybody has read it, in bytes; all of them together as much again. */
const WINDOW_BYTES = 256 * 1024;
const CONNECTION_WINDOW_BYTES = 1024 * 1024;
/** How long a client may take to say its first word [Go http2 server.go prefaceTimeout]. */
const PREFACE_MS = 10_000;
/** Memory for what waits to be sent to one client, in MB; above it new requests are refused. */
const MOST_MEMORY_MB = 64;

/** A time that a client has for something. */
class Limit extends Timed {
  readonly #over: () => void;

  constructor(over: () => void) {
    super();
    this.#over = over;
  }

  expire(): void {
    this.#over();
  }
}

/** Waits itself for the next request. */
export class Http2Connection extends Timed implements ServedConnection, StreamOwner {
  readonly #socket: Socket;
  readonly #server: ServerState;
  readonly #session: ServerHttp2Session;
  readonly #peer: string;
  #streams = 0;
  #silent = true;

  constructor(socket: Socket, server: ServerState) {
    super();
    this.#socket = socket;
    this.#server = server;
    this.#peer = plainAddress(socket.remoteAddress);
    this.#session = performServerHandshake(socket, sessionOptions(server));
    this.#session.on("stream", (stream, headers, flags, raw?: FlatHeaders) =>
      this.#onStream(stream, headers, flags, raw ?? []),
    );
    this.#session.on("remoteSettings", () => this.#onFirstWord());
    this.#session.on("error", () => {});
    this.#session.on("close", () => this.#onClose());
    // Whoever ends its side can neither ask nor acknowledge any more: it has left [Go http2 server.go clientGone].
    socket.once("end", () => this.destroy());
    this.#session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
    server.connections.add(this);
    const { readHeaderTimeoutMs, readTimeoutMs } = server.options;
    idleTimes.set(this, performance.now() + (readHeaderTimeoutMs || readTimeoutMs || PREFACE_MS));
  }

  /**
   * Takes no more requests. The client learns which were taken, and makes the others again on another
   * connection [RFC 9113 6.8, 8.7]. One that has not asked for anything yet may still do so.
   */
  announceEnd(): void {
    if (!this.#silent) this.#session.close();
  }

  /** Says that no more requests are taken; those that are under way are served. */
  closeIdle(evenBegun: boolean): void {
    if (this.#streams > 0 || evenBegun || !this.#silent) this.#session.close();
  }

  destroy(): void {
    this.#session.destroy();
    this.#socket.destroy();
  }

  /** The client took too long. */
  expire(): void {
    if (this.#silent) this.destroy();
    else this.#session.close();
  }

  #onFirstWord(): void {
    if (!this.#silent) return;
    this.#silent = false;
    if (this.#streams === 0) this.#waitForRequest();
  }

  #waitForRequest(): void {
    const { idleTimeoutMs, readTimeoutMs } = this.#server.options;
    const ms = idleTimeoutMs || readTimeoutMs;
    if (ms > 0) idleTimes.set(this, performance.now() + ms);
    else idleTimes.clear(this);
  }

  #onClose(): void {
    idleTimes.clear(this);
    this.#server.connections.delete(this);
    this.#server.onConnectionClosed();
  }

  // ---- requests ----

  #onStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, raw: FlatHeaders): void {
    this.#silent = false;
    this.#streams += 1;
    idleTimes.clear(this);
    stream.on("error", () => {});
    stream.on("close", () => this.#onStreamClosed());
    try {
      this.#serve(stream, headers, flags, raw);
    } catch (fault) {
      logFault(fault);
      stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    }
  }

  #onStreamClosed(): void {
    this.#streams -= 1;
    if (this.#server.draining) this.#session.close();
    else if (this.#streams === 0) this.#waitForRequest();
  }

  #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, raw: FlatHeaders): void {
    const head = requestFields(headers, raw);
    const question = head === undefined ? -1 : head.target.indexOf("?");
    const target = head === undefined ? undefined : splitTarget(head.target, question + 1);
    const isForServer = head?.target === "*";
    if (head === undefined || target === undefined || (isForServer && head.method !== "OPTIONS")) {
      return refuse(stream);
    }
    const hasBody = (flags & constants.NGHTTP2_FLAG_END_STREAM) === 0;
    const x = new Http2Exchange(this, stream, head, target.path, target.query, hasBody);
    const onGone = (): void => {
      if (!x.replied) x.leave();
    };
    stream.on("aborted", onGone);
    stream.on("close", onGone);
    this.#limitTimes(x, stream);
    if (isForServer) x.send(200, [], "");
    else this.#handle(x);
  }

  #handle(x: Http2Exchange): void {
    try {
      this.#server.options.handler(x)?.catch((fault: unknown) => this.#crash(x, fault));
    } catch (fault) {
      this.#crash(x, fault);
    }
  }

  /** A fault of the gateway: the client gets a bare 500, the operator the reason. */
  #crash(x: Http2Exchange, fault: unknown): void {
    logFault(fault);
    if (x.headSent) x.abort(500, 0);
    else x.send(500, [], "");
  }

  /** [Go http2 server.go onReadTimeout, onWriteTimeout] */
  #limitTimes(x: Http2Exchange, stream: ServerHttp2Stream): void {
    const { readTimeoutMs, writeTimeoutMs = 0 } = this.#server.options;
    if (readTimeoutMs > 0 && x.hasBody) {
      limit(stream, x.startedAt + readTimeoutMs, () => x.body?.fail("i/o timeout"));
    }
    if (writeTimeoutMs > 0) {
      limit(stream, x.startedAt + writeTimeoutMs, () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
    }
  }

  // ---- for the exchange ----

  addressOf(x: Exchange): string {
    return this.#server.options.clientIp.of(this.#peer, x);
  }

  onReplied(x: Http2Exchange, status: number, bytes: number): void {
    this.#server.options.observe?.(x, status, bytes, performance.now() - x.startedAt);
  }
}

function limit(stream: ServerHttp2Stream, at: number, over: () => void): void {
  const entry = new Limit(over);
  idleTimes.set(entry, at);
  stream.once("close", () => idleTimes.clear(entry));
}

function refuse(stream: ServerHttp2Stream): void {
  const { status, body } = BAD_REQUEST;
  stream.respond({ ":status": status, "content-type": "text/plain; charset=utf-8" });
  stream.end(body);
}

/** Too many resets, pings, settings or empty frames end a session: node:http2 counts them. */
function sessionOptions({ options }: ServerState): NonNullable<Parameters<typeof performServerHandshake>[1]> {
  return {
    maxSessionMemory: MOST_MEMORY_MB,
    maxHeaderListPairs: 4096,
    maxSendHeaderBlockLength: 4 * 1024 * 1024,
    settings: {
      maxConcurrentStreams: MOST_STREAMS,
      initialWindowSize: WINDOW_BYTES,
      maxHeaderListSize: options.maxHeaderBytes,
      enablePush: false,
    },
  };
}
