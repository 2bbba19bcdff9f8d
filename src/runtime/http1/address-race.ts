// A connection to a name that may have several addresses: one that is slow or silent gets company, and the
// first one to answer wins. [RFC 8305 5; Go net dial.go dialParallel]
import type { LookupAddress } from "node:dns";
import { connect, type Socket, type TcpNetConnectOpts } from "node:net";
import { lookupOption } from "../names.js";
import { dns } from "../node-parts.js";
import type { TransportOptions } from "../transport.js";
import { BrokenAnswer } from "../upstream-fault.js";

/** What opens a connection to one address. */
export type AddressOptions = Omit<TcpNetConnectOpts, "host"> & { readonly host: string };

export class AddressRace {
  readonly #options: AddressOptions;
  readonly #delayMs: number;
  readonly #done: (outcome: Socket | Error, foundAt: number) => void;
  readonly #under = new Set<Socket>();
  /** Not tried yet. */
  #left: readonly string[] = [];
  /** The first address; undefined while the name is looked up. */
  #first: string | undefined;
  /** What became of the first address, or else of any: it speaks for all. */
  #fault: Error | undefined;
  #next: NodeJS.Timeout | undefined;
  #limit: NodeJS.Timeout | undefined;
  /** When the name was found, in ms of performance.now(). */
  #foundAt = 0;
  #isOver = false;

  /** The host of `options` is a name. `done` is called once, and not once it was given up. */
  constructor(
    options: AddressOptions,
    { fallbackDelayMs, dialTimeoutMs }: TransportOptions,
    done: (outcome: Socket | Error, foundAt: number) => void,
  ) {
    this.#options = options;
    this.#delayMs = fallbackDelayMs;
    this.#done = done;
    if (dialTimeoutMs > 0) this.#limit = setTimeout(() => this.#onLate(), dialTimeoutMs);
    (lookupOption ?? dns().lookup)(options.host, { all: true }, (fault, found) => {
      if (this.#isOver) return;
      this.#foundAt = performance.now();
      if (fault !== null) return this.#end(fault);
      this.#left = inTurns(found as LookupAddress[]);
      this.#first = this.#left[0];
      this.#begin();
    });
  }

  giveUp(): void {
    this.#isOver = true;
    clearTimeout(this.#next);
    clearTimeout(this.#limit);
    for (const socket of this.#under) socket.destroy();
  }

  /** Tries the next address. */
  #begin(): void {
    clearTimeout(this.#next);
    const [host, ...left] = this.#left;
    if (host === undefined) return;
    this.#left = left;
    const socket = connect({ ...this.#options, host });
    this.#under.add(socket);
    const onFault = (fault: Error): void => this.#onFault(socket, host, fault);
    socket.once("error", onFault);
    socket.once("connect", () => {
      socket.off("error", onFault);
      this.#under.delete(socket);
      this.#end(socket);
    });
    if (left.length > 0 && this.#delayMs > 0) this.#next = setTimeout(() => this.#begin(), this.#delayMs);
  }

  #onFault(socket: Socket, host: string, fault: Error): void {
    if (this.#isOver) return;
    this.#under.delete(socket);
    if (host === this.#first || this.#fault === undefined) this.#fault = fault;
    if (this.#left.length > 0) this.#begin();
    else if (this.#under.size === 0) this.#end(this.#fault);
  }

  #onLate(): void {
    const { host, port } = this.#options;
    const place = this.#first === undefined ? `: lookup ${host}` : ` ${this.#first}:${port}`;
    this.#end(new BrokenAnswer(`dial tcp${place}: i/o timeout`, false));
  }

  #end(outcome: Socket | Error): void {
    this.giveUp();
    this.#done(outcome, this.#foundAt);
  }
}

/** The families by turns, the one of the first address first. */
function inTurns(found: readonly LookupAddress[]): readonly string[] {
  const one = found.filter(({ family }) => family === found[0]?.family);
  const other = found.filter(({ family }) => family !== found[0]?.family);
  const pairs = Array.from({ length: found.length }, (_, index) => [one[index], other[index]]);
  return pairs.flat().flatMap((each) => (each === undefined ? [] : [each.address]));
}
