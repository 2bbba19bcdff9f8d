import type { ByteString } from "./bytes.js";

/** A header's name as Go writes it. [Go net/textproto CanonicalMIMEHeaderKey] */
export function canonicalHeader(name: ByteString): ByteString {
  return name.toLowerCase().replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
}
