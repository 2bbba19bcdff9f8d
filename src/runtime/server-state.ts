// What connections know of the server they belong to.
import type { Socket } from "node:net";
import type { ClientIp } from "./client-ip.js";
import type { Handler, Observer } from "./exchange.js";
import type { Listener } from "./server.js";

/** A connection of a client, whatever is spoken on it. */
export interface ServedConnection {
  /** Ends it where nothing is going on. `evenBegun`: also where a first request has not come whole. */
  closeIdle(evenBegun: boolean): void;
  /** It will end soon; absent where its next answer says so. */
  announceEnd?(): void;
  /** Cuts it. */
  destroy(): void;
}

/** Begins to serve an accepted connection: adds it to the server's, and takes it out at its end. */
export type Opener = (accepted: Socket, server: ServerState) => void;

export interface ServerOptions {
  readonly handler: Handler;
  readonly clientIp: ClientIp;
  /** Bytes of request line and header; over this the request is refused with 431. */
  readonly maxHeaderBytes: number;
  /** Milliseconds; 0 is no limit. */
  readonly readHeaderTimeoutMs: number;
  readonly readTimeoutMs: number;
  readonly writeTimeoutMs?: number;
  readonly idleTimeoutMs: number;
  /** Connections at a time; more are closed at once. Absent: as many as the system allows. */
  readonly maxConnections?: number;
  /** Told of every reply; absent where nobody observes. */
  readonly observe?: Observer;
  /** Absent: plain TCP. */
  readonly listener?: Listener;
  /** Finds out what is spoken on a connection; absent: HTTP/1.1. */
  readonly open?: Opener;
}

export interface ServerState {
  readonly options: ServerOptions;
  readonly connections: Set<ServedConnection>;
  /** Every answer closes its connection. */
  readonly draining: boolean;
  onConnectionClosed(): void;
}
