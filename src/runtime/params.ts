// Path parameters that KrakenD refuses before a route sees them [lura router/gin/engine.go paramChecker].
import { type ByteString, malformedEscape, percentDecode } from "./bytes.js";
import type { Exchange } from "./exchange.js";
import { sniff } from "./sniff.js";

/**
 * Replies 400 and returns true when a parameter is still percent-encoded after it was decoded once,
 * or holds `?` or `#`: such a value would change the target of the backend.
 */
export function refuseParams(x: Exchange, ...params: readonly ByteString[]): boolean {
  for (const param of params) {
    const reason = faultOf(param);
    if (reason === undefined) continue;
    x.send(400, ["Content-Type", sniff(reason)], reason);
    return true;
  }
  return false;
}

function faultOf(param: ByteString): string | undefined {
  if (!/[%?#]/.test(param)) return undefined;
  const decoded = percentDecode(param);
  if (decoded === undefined) return `error: invalid URL escape ${JSON.stringify(malformedEscape(param))}`;
  return decoded !== param || /[?#]/.test(param) ? "error: encoded url params" : undefined;
}
