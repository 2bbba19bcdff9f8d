// Connections to backends are opened here.
import { connect as connectTcp, isIP, type Socket } from "node:net";
import type { TransportOptions } from "../transport.js";
import { BrokenAnswer } from "../upstream-fault.js";
import { type ByteTaker, lentReads } from "./byte-source.js";

export interface Address {
  readonly hostname: string;
  readonly port: number;
  /** As it stands in the host string. */
  readonly authority: string;
  /** How the bytes go out; absent: as they are. */
  readonly secure?: Secure;
}

/** Opens a connection with TLS. */
export type Secure = (address: Address, transport: TransportOptions) => Socket;

function openPlain({ hostname, port }: Address, transport: TransportOptions, take: ByteTaker): Socket {
  return connectTcp({
    host: hostname,
    port,
    noDelay: true,
    keepAlive: transport.keepAliveProbeMs > 0,
    keepAliveInitialDelay: transport.keepAliveProbeMs,
    autoSelectFamily: isIP(hostname) === 0 && transport.fallbackDelayMs > 0,
    autoSelectFamilyAttemptTimeout: Math.max(10, transport.fallbackDelayMs),
    onread: lentReads(take),
  });
}

/** Opens a connection; what arrives is given to `take`. */
export function dial(address: Address, transport: TransportOptions, take: ByteTaker): Socket {
  const { secure } = address;
  const socket = secure === undefined ? openPlain(address, transport, take) : secure(address, transport);
  if (secure !== undefined) socket.on("data", (chunk: Buffer) => take(chunk, chunk.length));
  if (transport.dialTimeoutMs > 0) limitDial(socket, address, transport.dialTimeoutMs);
  return socket;
}

function limitDial(socket: Socket, { hostname, port }: Address, ms: number): void {
  const fault = new BrokenAnswer(`dial tcp ${hostname}:${port}: i/o timeout`, false);
  const timer = setTimeout(() => socket.destroy(fault), ms);
  const stop = (): void => clearTimeout(timer);
  socket.once("connect", stop);
  socket.once("close", stop);
}
