// What connections know of the server they belong to.
import type { ClientIp } from "./client-ip.js";
import type { Handler, Observer } from "./exchange.js";
import type { Http1Connection } from "./http1/connection.js";
import type { Listener } from "./server.js";

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
}

export interface ServerState {
  readonly options: ServerOptions;
  readonly connections: Set<Http1Connection>;
  /** Every answer closes its connection. */
  readonly draining: boolean;
  onConnectionClosed(): void;
}
