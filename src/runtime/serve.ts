// Start and end of the generated program.
import { logInfo, logWarning } from "./log.js";
import { closeSilent, createGatewayServer, drain, type GatewayServer, type ServerOptions } from "./server.js";
import { closeUpstreams } from "./upstream.js";

export interface ServeOptions extends ServerOptions {
  /** As configured; empty: all addresses. */
  readonly listenIp: string;
  readonly port: number;
  /** How long running requests may take after a stop was asked for, in ms; 0: as long as they need. */
  readonly maxShutdownMs: number;
  /** Called when the server has stopped, before the process ends; it is waited for, but not for long. */
  readonly onStop: () => void | Promise<void>;
}

/** Listens, and serves until SIGTERM or SIGINT. */
export function serve(options: ServeOptions): void {
  const server = createGatewayServer(options);
  server.on("error", (fault: NodeJS.ErrnoException) => {
    const reason = fault.code === "EADDRINUSE" ? "bind: address already in use" : fault.message;
    process.stderr.write(`cannot listen on ${options.listenIp}:${options.port}: ${reason}\n`);
    process.exit(1);
  });
  const where =
    options.listenIp === "" ? { port: options.port } : { port: options.port, host: options.listenIp };
  server.listen({ ...where, backlog: 4096 }, () =>
    logInfo(`[SERVICE: gwc] Listening on port: ${options.port}`),
  );
  let stopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(130);
      stopping = true;
      stop(server, options);
    });
  }
}

/** How long a connection without a request may hold the exit back [Go net/http Shutdown]. */
const SILENT_MS = 5000;

/** Refuses new connections, lets running requests end, then leaves. [core.md 2.9] */
function stop(server: GatewayServer, options: ServeOptions): void {
  drain();
  const leave = (): void => {
    setTimeout(() => process.exit(0), SILENT_MS).unref();
    void Promise.resolve(options.onStop())
      .then(closeUpstreams)
      .finally(() => process.exit(0));
  };
  server.close(leave);
  server.closeIdleConnections();
  // A connection on which no request has begun holds the exit back, but not for long.
  setTimeout(closeSilent, SILENT_MS).unref();
  if (options.maxShutdownMs > 0) {
    setTimeout(() => {
      logWarning("[SERVICE: gwc] context deadline exceeded");
      server.closeAllConnections();
      leave();
    }, options.maxShutdownMs).unref();
  }
}
