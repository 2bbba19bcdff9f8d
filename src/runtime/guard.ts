// What stands before every route but the health endpoint: security headers, hosts, bots.
import type { ByteString } from "./bytes.js";
import type { Exchange } from "./exchange.js";
import { refuseParams } from "./params.js";

/** True: the request goes on. Anything else: it has its reply. */
// biome-ignore lint/suspicious/noConfusingVoidType: rooms return what replies return, as in routes
export type Guard = (x: Exchange) => true | void | Promise<true | void>;

/** Serves a request of a built-in route: its parameters are looked at first, as everywhere. */
export async function guarded(
  x: Exchange,
  guard: Guard,
  params: readonly ByteString[],
  serve: () => Promise<void>,
): Promise<void> {
  if (refuseParams(x, ...params)) return;
  if ((await guard(x)) === true) await serve();
}
