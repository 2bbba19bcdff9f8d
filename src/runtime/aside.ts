// Calls that nobody waits for. [lura proxy/shadow.go]
import { Detached } from "./branch.js";
import type { Exchange } from "./exchange.js";
import { logFault, logWarning } from "./log.js";

/** More of them at once than this are left out: what nobody waits for must not use all there is. */
export const MOST_ASIDE = 1000;

let running = 0;
let leftOut = 0;

/**
 * Starts calls for a copy of the request, which go on when the client has its answer or has gone,
 * for so many milliseconds.
 */
export function aside(
  x: Exchange,
  ms: number,
  call: (copy: Exchange, deadline: number) => Promise<unknown>,
): void {
  if (ms <= 0) return;
  if (running >= MOST_ASIDE) {
    leftOut += 1;
    if (Number.isInteger(Math.log10(leftOut))) {
      logWarning(`${MOST_ASIDE} shadow requests are under way; ${leftOut} left out so far`);
    }
    return;
  }
  running += 1;
  void call(new Detached(x), performance.now() + ms)
    .catch(logFault)
    .finally(() => {
      running -= 1;
    });
}
