// TLS towards backends. [Go crypto/tls, net/http transport.go]
import { isIP, type Socket, type TcpNetConnectOpts } from "node:net";
import type { Duplex } from "node:stream";
import type { ConnectionOptions, SecureContext, TLSSocket } from "node:tls";
import { type Address, dialOptions, type Secure } from "../http1/dial.js";
import { tls } from "../node-parts.js";
import type { ClientTlsOptions, TransportOptions } from "../transport.js";
import { BrokenAnswer } from "../upstream-fault.js";
import { systemAuthorities } from "./authorities.js";
import { checkIdentity, inGoWords } from "./faults.js";
import { contextOptions, firstOfEachKind, Material, trusted } from "./material.js";
import { Tunnel } from "./tunnel.js";

/** [Go net/http transport.go DefaultTransport; lura transport/http/server/server.go] */
const HANDSHAKE_MS = 10_000;

/**
 * Opens connections with TLS. Reads its files at once; ends the process where one of them cannot be
 * read, unless the options are lenient.
 */
export function dialTls(options?: ClientTlsOptions): Secure {
  let context = options === undefined ? undefined : contextOf(options);
  const verify = options?.verify !== false;
  const sessions = new WeakMap<Address, Buffer>();
  return (address, transport, below) => {
    // The authorities of the system are many: whoever calls nobody need not read them.
    context ??= tls().createSecureContext({ minVersion: "TLSv1.2", ca: [...systemAuthorities()] });
    return open(address, transport, context, verify, sessions, below);
  };
}

function contextOf(options: ClientTlsOptions): SecureContext {
  const material = new Material();
  const found = options.certificates.map((files) => material.identity(files));
  const ca = options.verify ? trusted(options, material) : [];
  if (options.lenient) material.warnOfFaults();
  else material.refuseFaults();
  const identities = firstOfEachKind(found.filter((each) => each !== undefined));
  return tls().createSecureContext({
    ...contextOptions(options),
    ca,
    cert: identities.map(({ chain }) => chain),
    key: identities.map(({ key }) => key),
  });
}

function open(
  address: Address,
  transport: TransportOptions,
  secureContext: SecureContext,
  verify: boolean,
  sessions: WeakMap<Address, Buffer>,
  connected: Socket | undefined,
): TLSSocket {
  const { hostname } = address;
  const session = sessions.get(address);
  const options: ConnectionOptions & TcpNetConnectOpts = {
    ...dialOptions(address, transport),
    ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
    secureContext,
    rejectUnauthorized: verify,
    checkServerIdentity: checkIdentity,
    ...(session === undefined ? {} : { session }),
  };
  const tunnel = address.via === undefined ? undefined : new Tunnel(address, transport);
  const below = tunnel ?? connected;
  const socket = tls().connect(below === undefined ? options : { ...options, socket: below });
  socket.once("connect", () => {
    socket.setNoDelay(true);
    if (transport.keepAliveProbeMs > 0) socket.setKeepAlive(true, transport.keepAliveProbeMs);
  });
  socket.on("session", (next) => sessions.set(address, next));
  // A session that the backend does not take again must not be offered for ever.
  socket.on("error", (fault) => {
    sessions.delete(address);
    inGoWords(fault);
  });
  if (connected !== undefined) limitHandshake(socket);
  else if (tunnel === undefined) limitHandshake(socket, socket, "connect");
  else limitHandshake(socket, tunnel, "open");
  return socket;
}

/** The time runs from the event of what is below, or from now. */
function limitHandshake(socket: TLSSocket, below?: Duplex, event = ""): void {
  const fault = new BrokenAnswer("net/http: TLS handshake timeout", false);
  let timer: NodeJS.Timeout | undefined;
  const begin = (): void => {
    timer = setTimeout(() => socket.destroy(fault), HANDSHAKE_MS);
  };
  if (below === undefined) begin();
  else below.once(event, begin);
  const stop = (): void => clearTimeout(timer);
  socket.once("secureConnect", stop);
  socket.once("close", stop);
}
