// Finds out which version of HTTP a client speaks.
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { idleTimes, Timed } from "../deadline.js";
import { Http1Connection } from "../http1/connection.js";
import type { Opener, ServedConnection, ServerState } from "../server-state.js";
import { Http2Connection } from "./connection.js";

/** Serves what was agreed on in the handshake of TLS. */
export const openAsAgreed: Opener = (accepted, server) => {
  if ((accepted as TLSSocket).alpnProtocol === "h2") new Http2Connection(accepted, server);
  else new Http1Connection(accepted, server);
};

/** Serves HTTP/2 without TLS to whoever begins with it, and HTTP/1.1 to all others. */
export const openByPreface: Opener = (accepted, server) => {
  new Beginning(accepted, server);
};

/** How a connection of HTTP/2 begins [RFC 9113 3.4]. */
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/** How long a client may take for it where no limit is configured. */
const LONGEST_MS = 60_000;

/** A connection on which too little has come to tell. */
class Beginning extends Timed implements ServedConnection {
  readonly #socket: Socket;
  readonly #server: ServerState;
  #bytes: Buffer = Buffer.alloc(0);
  readonly #onData = (chunk: Buffer): void => this.#take(chunk);
  readonly #onClose = (): void => {
    this.#leave();
    this.#server.onConnectionClosed();
  };

  constructor(socket: Socket, server: ServerState) {
    super();
    this.#socket = socket;
    this.#server = server;
    server.connections.add(this);
    socket.on("data", this.#onData);
    socket.on("end", this.#onEnd);
    socket.on("error", ignore);
    socket.on("close", this.#onClose);
    const { readHeaderTimeoutMs, readTimeoutMs } = server.options;
    const ms = readHeaderTimeoutMs || readTimeoutMs;
    if (ms > 0) idleTimes.set(this, performance.now() + ms);
    socket.resume();
  }

  readonly #onEnd = (): void => {
    this.#socket.destroy();
  };

  closeIdle(evenBegun: boolean): void {
    if (evenBegun) this.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  expire(): void {
    this.destroy();
  }

  #take(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    const bytes = this.#bytes;
    const length = Math.min(bytes.length, PREFACE.length);
    const isHttp2 = bytes.subarray(0, length).equals(PREFACE.subarray(0, length));
    if (isHttp2 && length < PREFACE.length) {
      if (this.next === this) idleTimes.set(this, performance.now() + LONGEST_MS);
      return;
    }
    this.#leave();
    const socket = this.#socket;
    socket.pause();
    if (isHttp2) {
      socket.unshift(bytes);
      new Http2Connection(socket, this.#server);
    } else new Http1Connection(socket, this.#server, bytes);
  }

  /** Others go on with the socket, or it has gone. */
  #leave(): void {
    const socket = this.#socket;
    idleTimes.clear(this);
    socket.off("data", this.#onData);
    socket.off("end", this.#onEnd);
    socket.off("close", this.#onClose);
    this.#server.connections.delete(this);
  }
}

function ignore(): void {}
