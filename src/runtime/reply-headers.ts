// Headers that the layers around a route add to its reply, whoever sends that.
import type { ByteString } from "./bytes.js";
import type { Exchange } from "./exchange.js";

interface Extended extends Exchange {
  /** Name and value in turn, for the reply that is still to come. */
  added?: string[] | undefined;
}

/**
 * Adds headers to the reply of a request: name and value in turn, before those of the reply itself.
 * To be called before the reply is sent.
 */
export function addHeaders(x: Exchange, headers: readonly ByteString[]): void {
  const extended: Extended = x;
  if (extended.added === undefined) extended.added = extend(extended, [...headers]);
  else extended.added.push(...headers);
}

/** The next reply carries what is added; then the exchange is as it was before. */
function extend(x: Extended, added: string[]): string[] {
  const { send, stream } = x;
  const restore = (): void => {
    x.send = send;
    x.stream = stream;
    x.added = undefined;
  };
  x.send = (status, headers, body) => {
    restore();
    x.send(status, [...added, ...headers], body);
  };
  x.stream = (status, headers) => {
    restore();
    return x.stream(status, [...added, ...headers]);
  };
  return added;
}
