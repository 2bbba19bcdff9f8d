// Connections live long, names move. What a name stands for is looked up again while there are
// connections, so that none goes on for ever to an address that the name does not have any more.
import { isIP } from "node:net";
import { logDebug } from "../log.js";
import { addressesOf, isLocalName } from "../names.js";

/** A connection, as far as it matters here. */
interface Connection {
  readonly socket: { readonly remoteAddress?: string | undefined } | undefined;
  /** Look-ups in a row that did not give its address. */
  absences: number;
  retire(): void;
}

/**
 * Look-ups that must have missed an address before it counts as gone: servers with many addresses may
 * answer with some of them.
 */
const MOST_ABSENCES = 2;

/** Addresses do not move, nor does the machine itself. */
export function isWatched(hostname: string): boolean {
  return isIP(hostname) === 0 && !isLocalName(hostname);
}

export class AddressWatch {
  readonly #hostname: string;
  readonly #everyMs: number;
  readonly #connections: Iterable<Connection> & { readonly size: number };
  #timer: NodeJS.Timeout | undefined;

  constructor(
    hostname: string,
    everyMs: number,
    connections: Iterable<Connection> & { readonly size: number },
  ) {
    this.#hostname = hostname;
    this.#everyMs = everyMs;
    this.#connections = connections;
  }

  /** A connection was opened. */
  begin(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.#look(), this.#everyMs).unref();
  }

  async #look(): Promise<void> {
    const addresses = this.#connections.size === 0 ? undefined : await addressesOf(this.#hostname);
    // A name that cannot be looked up keeps what it had.
    if (addresses !== undefined) this.#compare(new Set(addresses));
    this.#timer = undefined;
    if (this.#connections.size > 0) this.begin();
  }

  #compare(addresses: ReadonlySet<string>): void {
    for (const connection of this.#connections) {
      const remoteAddress = connection.socket?.remoteAddress;
      if (remoteAddress === undefined || addresses.has(remoteAddress)) connection.absences = 0;
      else connection.absences += 1;
      if (connection.absences !== MOST_ABSENCES) continue;
      logDebug(`[SERVICE: DNS] ${this.#hostname} is not at ${remoteAddress} any more`);
      connection.retire();
    }
  }
}
