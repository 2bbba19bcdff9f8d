// One configuration in one thread: its server, from the first connection to the last.
import { standardOutput } from "./lines.js";
import { logFault, logWarning } from "./log.js";
import { closeUpstreams } from "./origins.js";
import {
  closeSilent,
  createGatewayServer,
  drain,
  type GatewayServer,
  type ListeningHandle,
  type ServerOptions,
} from "./server.js";

export interface ServeOptions extends ServerOptions {
  /** As configured; empty: all addresses. */
  readonly listenIp: string;
  readonly port: number;
  /** How long running requests may take after a stop was asked for, in ms; 0: as long as they need. */
  readonly maxShutdownMs: number;
  /** Called when the server has stopped; nothing of the program may go on after it. Waited for, but not for long. */
  readonly onStop: () => void | Promise<void>;
}

/**
 * What a thread may ask of a program, whichever version of gwc made it: a running gateway may take
 * over one that is newer than itself.
 */
export interface Program {
  /** Where it is to listen, `127.0.0.1:8080`. */
  readonly address: string;
  readonly maxShutdownMs: number;
  /** Listens at its address; with other threads at the same time if `shared`. The port it got. */
  listen(port: number, shared: boolean): Promise<number>;
  /** Goes on accepting where another program left off, without a gap. */
  takeOver(from: Program): Promise<void>;
  /** The listening socket, to be given to another program. */
  handle(): ListeningHandle | undefined;
  /** Forgets the listening socket without closing it. */
  letGo(): void;
  /** Serves the connections that it has to their end. Settles when the last of them is gone. */
  retire(): Promise<void>;
  /** Stops: refuses new connections, lets running requests end. Settles when all is over. */
  stop(): Promise<void>;
}

/** How long a connection without a request, or what is sent last, may hold the end back [Go net/http Shutdown]. */
const SILENT_MS = 5000;

/** How long an idle connection may still ask the configuration that was replaced, once. */
const IDLE_MS = 5000;

export class GatewayProgram implements Program {
  readonly address: string;
  readonly maxShutdownMs: number;
  readonly #options: ServeOptions;
  readonly #server: GatewayServer;
  #ended: Promise<void> | undefined;

  constructor(options: ServeOptions) {
    this.address = `${options.listenIp}:${options.port}`;
    this.maxShutdownMs = options.maxShutdownMs;
    this.#options = options;
    this.#server = createGatewayServer(options);
  }

  listen(port: number, shared: boolean): Promise<number> {
    const { listenIp } = this.#options;
    const host = listenIp === "" ? {} : { host: listenIp };
    const where = { port, ...host, ...(shared ? { reusePort: true } : {}) };
    return this.#listening((listener) => this.#server.listen(where, listener));
  }

  async takeOver(from: Program): Promise<void> {
    const handle = from.handle();
    if (handle === undefined) throw new Error("the program that is running does not listen");
    await this.#listening((listener) => this.#server.listenOn(handle, listener));
    from.letGo();
  }

  #listening(start: (listener: () => void) => void): Promise<number> {
    const server = this.#server;
    return new Promise((resolve, reject) => {
      const refuse = (fault: NodeJS.ErrnoException): void => {
        const inUse = fault.code === "EADDRINUSE";
        reject(new Error(inUse ? "bind: address already in use" : fault.message));
      };
      server.once("error", refuse);
      start(() => {
        server.off("error", refuse);
        server.on("error", logFault);
        resolve(server.address()?.port ?? 0);
      });
    });
  }

  handle(): ListeningHandle | undefined {
    return this.#server.handle;
  }

  letGo(): void {
    this.#server.letGo();
  }

  /**
   * Every answer from now on closes its connection. Idle connections are not closed at once: their
   * client may be sending its next request at this very moment, and would see it fail.
   */
  retire(): Promise<void> {
    drain();
    return new Promise((resolve) => {
      setTimeout(() => resolve(this.stop()), IDLE_MS).unref();
    });
  }

  stop(): Promise<void> {
    drain();
    this.#ended ??= this.#end();
    return this.#ended;
  }

  /** [core.md 2.9] */
  async #end(): Promise<void> {
    const server = this.#server;
    const timers: NodeJS.Timeout[] = [];
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
      // A connection on which no request has begun holds the end back, but not for long.
      timers.push(setTimeout(closeSilent, SILENT_MS));
      if (this.maxShutdownMs <= 0) return;
      const giveUp = (): void => {
        logWarning("[SERVICE: gwc] context deadline exceeded");
        server.closeAllConnections();
        resolve();
      };
      timers.push(setTimeout(giveUp, this.maxShutdownMs));
    });
    await Promise.race([
      this.#options.onStop(),
      new Promise((resolve) => timers.push(setTimeout(resolve, SILENT_MS))),
    ]).catch(logFault);
    for (const each of timers) clearTimeout(each);
    closeUpstreams();
    standardOutput.end();
  }
}
