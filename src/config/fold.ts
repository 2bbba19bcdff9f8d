// Keys in other letter case, as Go's JSON decoder finds them [Go encoding/json].
import { type Located, plain } from "../source/located.js";

/**
 * The values whose keys are one of `keys` but for the case of their letters, under the names in
 * lower case. For blocks that KrakenD decodes as one struct.
 */
export function foldedMembers(block: Located, keys: readonly string[]): Readonly<Record<string, unknown>> {
  if (block.kind !== "object") return {};
  const folded = block.members.flatMap(({ key, value }): [string, unknown][] => {
    const lower = key.toLowerCase();
    return key !== lower && keys.includes(lower) ? [[lower, plain(value)]] : [];
  });
  return Object.fromEntries(folded);
}
