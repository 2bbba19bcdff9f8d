// UTF-8 by Go's rules: every byte that begins no valid sequence is one U+FFFD of its own (a text
// decoder of the web platform makes fewer of them). [Go utf8.DecodeRune]
import { isUtf8 } from "node:buffer";
import type { ByteString } from "./text.js";

/** U+FFFD as bytes. */
export const REPLACEMENT: ByteString = "\xef\xbf\xbd";

const ABOVE_ASCII = /[\x80-\xff]/;

// Each valid sequence is matched so that it can be left alone; what remains is a bad byte.
const SEQUENCE_OR_BAD_BYTE = new RegExp(
  [
    "[\\xc2-\\xdf][\\x80-\\xbf]",
    "\\xe0[\\xa0-\\xbf][\\x80-\\xbf]",
    "\\xed[\\x80-\\x9f][\\x80-\\xbf]",
    "[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}",
    "\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}",
    "[\\xf1-\\xf3][\\x80-\\xbf]{3}",
    "\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}",
    "[\\x80-\\xff]",
  ].join("|"),
  "g",
);

/** The text with each byte that is not UTF-8 replaced. */
export function replaceBadBytes(bytes: ByteString, replacement: ByteString): ByteString {
  if (!ABOVE_ASCII.test(bytes) || isUtf8(Buffer.from(bytes, "latin1"))) return bytes;
  return bytes.replace(SEQUENCE_OR_BAD_BYTE, (found) => (found.length === 1 ? replacement : found));
}

/** The length of the valid sequence of two to four bytes that begins at an index; 0 if none does. */
export function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  const second = bytes[at + 1]!;
  if (first < 0xc2 || first > 0xf4 || second < 0x80 || second > 0xbf) return 0;
  if (first < 0xe0) return 2;
  // The second byte alone tells overlong forms, surrogates and what lies above U+10FFFF.
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second > 0x9f) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second > 0x8f) return 0;
  if ((bytes[at + 2]! & 0xc0) !== 0x80) return 0;
  if (first < 0xf0) return 3;
  return (bytes[at + 3]! & 0xc0) === 0x80 ? 4 : 0;
}

/** A code point as UTF-8 bytes; a surrogate becomes U+FFFD. */
export function encodePoint(point: number): ByteString {
  if (point < 0x80) return String.fromCharCode(point);
  if (point < 0x800) return String.fromCharCode(0xc0 | (point >> 6), tail(point));
  if (point >= 0xd800 && point <= 0xdfff) return REPLACEMENT;
  if (point < 0x10000) return String.fromCharCode(0xe0 | (point >> 12), tail(point >> 6), tail(point));
  return String.fromCharCode(0xf0 | (point >> 18), tail(point >> 12), tail(point >> 6), tail(point));
}

function tail(bits: number): number {
  return 0x80 | (bits & 0x3f);
}
