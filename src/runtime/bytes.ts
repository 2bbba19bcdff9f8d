// Byte strings: JS strings in which each UTF-16 unit is one byte. Requests and answers are handled
// so and written back with `latin1`: no byte is ever decoded, so none can be lost.

declare global {
  interface Buffer {
    /** What `toString("latin1")` does, without the look-up of the encoding. */
    latin1Slice(start?: number, end?: number): string;
  }
}

/** A string whose units are bytes (0..255). */
export type ByteString = string;

const ESCAPED_BYTE = /%([0-9A-Fa-f]{2})/g;
const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2}).{0,2}/s;

/** Percent-decodes to bytes; `+` stays. Undefined where an escape is malformed [Go net/url]. */
export function percentDecode(text: string): ByteString | undefined {
  if (!text.includes("%")) return text;
  if (BAD_ESCAPE.test(text)) return undefined;
  return text.replace(ESCAPED_BYTE, (_whole, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

/** The first malformed escape of a text, as Go quotes it in its errors. */
export function malformedEscape(text: string): string | undefined {
  return BAD_ESCAPE.exec(text)?.[0];
}

/** Percent-encodes one byte with upper-case digits. */
export function percentEncodeByte(code: number): string {
  return `%${code < 16 ? "0" : ""}${code.toString(16).toUpperCase()}`;
}
