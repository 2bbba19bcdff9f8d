// The server: accepts connections, lets them end.
import { EventEmitter } from "node:events";
import { type AddressInfo, createServer, type ListenOptions, type Server, type Socket } from "node:net";
import { openHttp1 } from "./http1/connection.js";
import { limits } from "./limits.js";
import type { Opener, ServedConnection, ServerOptions, ServerState } from "./server-state.js";

export type { ServerOptions } from "./server-state.js";

const servers = new Set<GatewayServer>();

/** From now on every answer closes its connection. */
export function drain(): void {
  for (const server of servers) server.drain();
}

/** Closes the connections on which no request is being served, also those on which none has begun. */
export function closeSilent(): void {
  for (const server of servers) server.closeIdleConnections(true);
}

/** The socket that listens, as net.Server hands it on [Node server.listen(handle)]. */
export type ListeningHandle = object;

/** Connections that wait to be accepted, in each thread. */
const BACKLOG = 4096;

/** What listens for connections and hands them over. */
export type Listener = (take: (socket: Socket) => void) => Server;

const listenPlain: Listener = (take) =>
  createServer({ noDelay: true, allowHalfOpen: true, pauseOnConnect: true }, take);

/** Emits `error` when it cannot listen. */
export class GatewayServer extends EventEmitter implements ServerState {
  readonly options: ServerOptions;
  readonly connections = new Set<ServedConnection>();
  draining = false;
  readonly #server: Server;
  readonly #open: Opener;
  #onClosed: (() => void) | undefined;

  constructor(options: ServerOptions) {
    super();
    this.options = options;
    this.#open = options.open ?? openHttp1;
    this.#server = (options.listener ?? listenPlain)((socket) => this.#accept(socket));
    this.#server.on("error", (fault) => this.emit("error", fault));
    servers.add(this);
  }

  listen(where: ListenOptions, listening: () => void): void {
    this.#server.listen({ ...where, backlog: BACKLOG }, listening);
  }

  /** Goes on with a socket that listens already: what waits in its queue is not lost. */
  listenOn(handle: ListeningHandle, listening: () => void): void {
    this.#server.listen({ _handle: handle }, BACKLOG, listening);
  }

  /** The socket that listens; undefined before and after. */
  get handle(): ListeningHandle | undefined {
    return (this.#server as { _handle?: ListeningHandle | null })._handle ?? undefined;
  }

  /** Forgets the socket that listens without closing it: another server goes on with it. */
  letGo(): void {
    (this.#server as { _handle?: ListeningHandle | null })._handle = null;
  }

  /** Undefined while it does not listen. */
  address(): AddressInfo | undefined {
    return (this.#server.address() as AddressInfo | null) ?? undefined;
  }

  #accept(socket: Socket): void {
    const most = this.options.maxConnections ?? limits.connections;
    if (most > 0 && this.connections.size >= most) socket.destroy();
    else this.#open(socket, this);
  }

  drain(): void {
    if (this.draining) return;
    this.draining = true;
    for (const connection of this.connections) connection.announceEnd?.();
  }

  /** Accepts no more connections; calls back when the last one has gone. */
  close(closed: () => void): void {
    this.#onClosed = closed;
    this.#server.close();
    this.onConnectionClosed();
  }

  closeIdleConnections(evenBegun = false): void {
    for (const connection of this.connections) connection.closeIdle(evenBegun);
  }

  closeAllConnections(): void {
    for (const connection of this.connections) connection.destroy();
  }

  onConnectionClosed(): void {
    if (this.connections.size > 0) return;
    const closed = this.#onClosed;
    this.#onClosed = undefined;
    if (closed === undefined) return;
    servers.delete(this);
    closed();
  }
}

/** A server that is not listening yet. */
export function createGatewayServer(options: ServerOptions): GatewayServer {
  return new GatewayServer(options);
}
