// What ships of the rate limits: token buckets, one for all or one for each client.
import { isIPv4 } from "node:net";
import type { ByteString } from "../../runtime/bytes.js";

export { tokenBucket } from "./runtime-bucket.js";
export { KeyedBuckets } from "./runtime-clients.js";

/**
 * The IPv4 address that a header starts with, up to a comma or a port, or else the client's own.
 * Quirk: the cut at the first colon loses IPv6 addresses [krakend-ratelimit router/gin/tokenextractor.go].
 */
export function addressIn(header: ByteString | undefined, otherwise: string): string {
  if (header === undefined) return otherwise;
  const address = header.split(",", 1)[0]!.trim().split(":", 1)[0]!;
  return isIPv4(address) ? address : otherwise;
}
