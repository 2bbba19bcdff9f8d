// The address of the client, by what trusted proxies say [gin context.go ClientIP].
import { BlockList, isIP } from "node:net";
import type { Exchange } from "./exchange.js";

type Headers = Pick<Exchange, "header" | "copyHeader">;

/** IPv4 addresses that arrive on an IPv6 socket are written as IPv4. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return "";
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}

/**
 * Looks up the client in the given headers, in order, when the peer is a trusted proxy; else the
 * peer is the client. `trusted` undefined: everybody is trusted, which is KrakenD's default.
 */
export class ClientIp {
  readonly #headers: readonly string[];
  readonly #trusted: BlockList | undefined;
  readonly #appEngine: boolean;

  /** `appEngine`: its header says who the client is, whatever it says, to whoever sends it. */
  constructor(headers: readonly string[], trusted?: readonly string[], appEngine = false) {
    this.#appEngine = appEngine;
    this.#headers = headers;
    this.#trusted = trusted === undefined ? undefined : blockList(trusted);
  }

  of(peer: string, request: Headers): string {
    const named = this.#appEngine ? request.header("x-appengine-remote-addr") : undefined;
    if (named) return named;
    if (!this.#trusts(peer)) return peer;
    for (const name of this.#headers) {
      const list = joined(request, name);
      const found = list === "" ? undefined : this.#fromList(list);
      if (found !== undefined) return found;
    }
    return peer;
  }

  /** From the right, the first that is not a trusted proxy, else the leftmost; one bad item voids all. */
  #fromList(list: string): string | undefined {
    const items = list.split(",");
    for (let index = items.length - 1; index >= 0; index -= 1) {
      const item = items[index]!.trim();
      // Go does not take a zone for a part of an address.
      if (isIP(item) === 0 || item.includes("%")) return undefined;
      if (index === 0 || !this.#trusts(item)) return item;
    }
    return undefined;
  }

  #trusts(address: string): boolean {
    if (this.#trusted === undefined) return true;
    const family = isIP(address);
    return family !== 0 && this.#trusted.check(address, family === 6 ? "ipv6" : "ipv4");
  }
}

function joined(request: Headers, name: string): string {
  if (request.header(name) === undefined) return "";
  const flat: string[] = [];
  request.copyHeader(flat, "", name);
  return flat.filter((_each, index) => index % 2 === 1).join(",");
}

function blockList(trusted: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of trusted) {
    const [address = "", bits] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}
