// Headers that the layers around a route add to its reply, whoever sends that.
import type { ByteString } from "./bytes.js";
import type { Exchange } from "./exchange.js";

/**
 * Adds headers to the reply of a request: name and value in turn, before those of the reply itself.
 * To be called before the reply is sent.
 */
export function addHeaders(x: Exchange, headers: readonly ByteString[]): void {
  if (x.added === undefined) x.added = [...headers];
  else x.added.push(...headers);
}
