// The server's side of TLS. [lura transport/http/server/server.go; Go net/http server.go]
import type { Socket } from "node:net";
import type { TlsOptions as NodeTlsOptions, SecureContext, TLSSocket } from "node:tls";
import { tls } from "../node-parts.js";
import type { Listener } from "../server.js";
import type { TlsOptions } from "../transport.js";
import { contextOptions, firstOfEachKind, type Identity, Material, trusted } from "./material.js";

/** A client that has not shaken hands by then is no client. */
const HANDSHAKE_MS = 10_000;

/** What Go's server says to whoever does not speak TLS. */
const NOT_TLS = "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";

/**
 * Listens with TLS, and offers HTTP/2 and HTTP/1.1. Reads its files at once; ends the process where
 * one of them cannot be read.
 */
export function listenTls(options: TlsOptions): Listener {
  const material = new Material();
  const found = options.keys.map((files) => material.identity(files));
  const authorities = options.requireClientCertificate ? trusted(options, material) : [];
  material.refuseFaults();
  const identities = found.filter((each) => each !== undefined);
  const settings = serverOptions(options, identities, authorities);
  return (take) => {
    const server = tls().createServer({ ...settings, noDelay: true, allowHalfOpen: true }, (socket) => {
      socket.allowHalfOpen = true;
      take(socket);
    });
    // Before the listener that begins with TLS: what ends while it shakes hands is over, and only then may one side end.
    server.prependListener("connection", (socket: Socket) => {
      socket.allowHalfOpen = false;
    });
    server.on("tlsClientError", refusePlain);
    return server;
  };
}

function serverOptions(
  options: TlsOptions,
  identities: readonly Identity[],
  authorities: readonly string[],
): NodeTlsOptions {
  const clients = options.requireClientCertificate
    ? {
        requestCert: true,
        rejectUnauthorized: true,
        // Quirk: the server's own certificates count as authorities of its clients.
        ca: [...authorities, ...identities.map(({ chain }) => chain)],
      }
    : {};
  const common = { ...contextOptions(options), ...clients, honorCipherOrder: true };
  const [first] = identities;
  return {
    ...common,
    cert: first?.chain,
    key: first?.key,
    handshakeTimeout: HANDSHAKE_MS,
    ALPNProtocols: ["h2", "http/1.1"],
    ...(identities.length < 2 ? {} : { SNICallback: chooser(identities, common) }),
  };
}

/** The certificates that name the host a client asks for; where none does, the first of all. */
function chooser(
  identities: readonly Identity[],
  common: object,
): NonNullable<NodeTlsOptions["SNICallback"]> {
  const contexts = new Map<string, SecureContext>();
  return (name, answer) => {
    const named = identities.filter(({ certificate }) => certificate.checkHost(name) !== undefined);
    const chosen = named.length === 0 ? identities.slice(0, 1) : firstOfEachKind(named);
    const key = chosen.map((each) => identities.indexOf(each)).join();
    let context = contexts.get(key);
    if (context === undefined) {
      const pairs = { cert: chosen.map(({ chain }) => chain), key: chosen.map((each) => each.key) };
      context = tls().createSecureContext({ ...common, ...pairs });
      contexts.set(key, context);
    }
    answer(null, context);
  };
}

/** The socket below: what is written to it goes out as it is. */
interface OverTcp {
  readonly _parent?: Socket | null;
}

function refusePlain(fault: NodeJS.ErrnoException, socket: TLSSocket): void {
  const below = (socket as unknown as OverTcp)._parent;
  if (fault.code !== "ERR_SSL_HTTP_REQUEST" || below == null || below.destroyed) return;
  below.end(NOT_TLS, "latin1");
}
