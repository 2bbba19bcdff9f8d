// Connections to backends are opened here.
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from "node:net";
import { lookupOption } from "../names.js";
import type { TransportOptions } from "../transport.js";
import { BrokenAnswer, nameProxy } from "../upstream-fault.js";
import { AddressRace } from "./address-race.js";
import { type ByteTaker, lentReads } from "./byte-source.js";
import type { ForwardProxy } from "./proxy.js";

export interface Address {
  readonly hostname: string;
  readonly port: number;
  /** As it stands in the host string. */
  readonly authority: string;
  /** How the bytes go out; absent: as they are. */
  readonly secure?: Secure;
  /** What they go out through; absent: they go to the host itself. */
  readonly via?: ForwardProxy;
}

/** Where a connection leads to. */
type Place = Pick<Address, "hostname" | "port">;

/** Opens a connection with TLS; `below` is one that leads there already. */
export type Secure = (address: Address, transport: TransportOptions, below?: Socket) => Socket;

/** What waits for a connection. */
export interface Dialer {
  /** What arrives. */
  readonly take: ByteTaker;
  /** It may be written to; it may still be connecting. */
  readonly opened: (socket: Socket) => void;
  readonly failed: (fault: Error) => void;
}

/** The longest that an address may take before the next one is tried, where none has a head start. */
const ONE_AFTER_THE_OTHER_MS = 60_000;

/** How a connection is opened, for node:net and node:tls. */
export function dialOptions(
  { hostname, port }: Place,
  transport: TransportOptions,
): {
  readonly host: string;
  readonly port: number;
  readonly noDelay: true;
  readonly keepAlive: boolean;
  readonly keepAliveInitialDelay: number;
  readonly autoSelectFamily: boolean;
  readonly autoSelectFamilyAttemptTimeout: number;
  readonly lookup?: LookupFunction;
} {
  const { keepAliveProbeMs, fallbackDelayMs } = transport;
  return {
    host: hostname,
    port,
    noDelay: true,
    keepAlive: keepAliveProbeMs > 0,
    keepAliveInitialDelay: keepAliveProbeMs,
    autoSelectFamily: isIP(hostname) === 0,
    autoSelectFamilyAttemptTimeout: Math.max(10, fallbackDelayMs || ONE_AFTER_THE_OTHER_MS),
    ...(lookupOption === undefined ? {} : { lookup: lookupOption }),
  };
}

/** When a connection that is there already began, its name was found, and it was there: ms of performance.now(). */
export interface DialTimes {
  readonly openedAt: number;
  readonly foundAt: number;
  readonly connectedAt: number;
}

let watchDial: ((socket: Socket, past?: DialTimes) => void) | undefined;

/** Calls back for every connection that is being opened from now on; for measuring only. */
export function watchDials(watch: (socket: Socket, past?: DialTimes) => void): void {
  watchDial = watch;
}

/** Opens a connection. Gives what takes that back while it has not been opened. */
export function dial(address: Address, transport: TransportOptions, dialer: Dialer): () => void {
  const { secure, via } = address;
  const isTunnel = secure !== undefined && via !== undefined;
  const { hostname } = secure === undefined ? (via ?? address) : address;
  if (!isTunnel && isIP(hostname) === 0) return dialName(address, transport, dialer);
  if (secure === undefined) dialer.opened(dialPlain(address, transport, dialer.take));
  else {
    const socket = secure(address, transport);
    watchDial?.(socket);
    if (!isTunnel) limitDial(socket, address, transport.dialTimeoutMs);
    openedSecure(socket, dialer);
  }
  return () => {};
}

function openedSecure(socket: Socket, { take, opened }: Dialer): void {
  socket.on("data", (chunk: Buffer) => take(chunk, chunk.length));
  opened(socket);
}

/** Whichever address of the name answers first. */
function dialName(address: Address, transport: TransportOptions, dialer: Dialer): () => void {
  const { secure, via } = address;
  const reads = secure === undefined ? { onread: lentReads(dialer.take) } : {};
  const options = { ...dialOptions(via ?? address, transport), ...reads };
  const openedAt = performance.now();
  const race = new AddressRace(options, transport, (outcome, foundAt) => {
    if (outcome instanceof Error) {
      if (via !== undefined) nameProxy(outcome);
      return dialer.failed(outcome);
    }
    const socket = secure?.(address, transport, outcome) ?? outcome;
    watchDial?.(socket, { openedAt, foundAt, connectedAt: performance.now() });
    if (secure === undefined) dialer.opened(socket);
    else openedSecure(socket, dialer);
  });
  return () => race.giveUp();
}

/** Opens a connection without TLS, to the host or to the proxy before it. */
export function dialPlain(address: Address, transport: TransportOptions, take: ByteTaker): Socket {
  const { via } = address;
  const next = via ?? address;
  const socket = connectTcp({ ...dialOptions(next, transport), onread: lentReads(take) });
  watchDial?.(socket);
  limitDial(socket, next, transport.dialTimeoutMs);
  if (via !== undefined) {
    socket.prependListener("error", nameProxy);
    socket.once("connect", () => socket.off("error", nameProxy));
  }
  return socket;
}

/** Name lookup and connection together. */
function limitDial(socket: Socket, { hostname, port }: Place, ms: number): void {
  if (ms === 0) return;
  let place = isIP(hostname) === 0 ? `: lookup ${hostname}` : ` ${hostname}:${port}`;
  const onLookup = (_fault: Error | null, address: string): void => {
    place = ` ${address}:${port}`;
  };
  const timer = setTimeout(
    () => socket.destroy(new BrokenAnswer(`dial tcp${place}: i/o timeout`, false)),
    ms,
  );
  const stop = (): void => clearTimeout(timer);
  socket.once("lookup", onLookup);
  socket.once("connect", stop);
  socket.once("close", stop);
}
