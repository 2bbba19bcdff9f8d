// Which bytes may stand where in an HTTP/1.1 message [RFC 9110 5.6.2, 5.5; RFC 9112 3.2].

export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
export const QUOTE = 0x22;
export const SLASH = 0x2f;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const EQUALS = 0x3d;
export const QUESTION = 0x3f;
export const BACKSLASH = 0x5c;

function table(isMember: (code: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => (isMember(code) ? 1 : 0));
}

function isOneOf(chars: string): (code: number) => boolean {
  return (code) => chars.includes(String.fromCharCode(code));
}

const isWord = (code: number): boolean => /[0-9A-Za-z]/.test(String.fromCharCode(code));
const isMark = isOneOf("!#$%&'*+-.^_`|~");

/** Bytes of a token: methods, field names, chunk extensions. */
export const TOKEN: Uint8Array = table((code) => code < 0x80 && (isWord(code) || isMark(code)));

/**
 * Bytes of a request target. Bytes above ASCII are let through as KrakenD does: they are not legal
 * in a URL, but frame nothing.
 */
export const TARGET: Uint8Array = table((code) => code > SPACE && code !== 0x7f);

/** Bytes of a field value. */
export const FIELD: Uint8Array = table((code) => code === TAB || (code >= SPACE && code !== 0x7f));

const isHostMark = isOneOf("_.-~!$&'()*+,;=:[]%");

/** Bytes of a Host value that Go's server accepts [Go golang.org/x/net/http/httpguts]. */
export const HOST: Uint8Array = table((code) => code >= 0x80 || isWord(code) || isHostMark(code));

/** Value of a hexadecimal digit, 255 for every other byte. */
export const HEX: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) => {
  const digit = code < 0x80 ? Number.parseInt(String.fromCharCode(code), 16) : Number.NaN;
  return Number.isNaN(digit) ? 255 : digit;
});

/** Each byte with ASCII letters in lower case. */
export const LOWER: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) =>
  code >= 0x41 && code <= 0x5a ? code | 0x20 : code,
);

/**
 * Whether a value of Transfer-Encoding is the one coding that is understood. Tabs around it are not
 * taken for nothing, as other strict parsers do not.
 */
export function saysChunked(bytes: Uint8Array, start: number, end: number): boolean {
  let first = start;
  let last = end;
  while (first < last && bytes[first] === SPACE) first++;
  while (last > first && bytes[last - 1] === SPACE) last--;
  return last - first === 7 && spells(bytes, first, "chunked");
}

/** Whether the bytes from `start` spell a word, the letter case apart; `lower` is in lower case. */
export function spells(bytes: Uint8Array, start: number, lower: string): boolean {
  for (let index = 0; index < lower.length; index++) {
    if (LOWER[bytes[start + index]!] !== lower.charCodeAt(index)) return false;
  }
  return true;
}

/** Whether the value between two places is one word and nothing else; `lower` is in lower case. */
export function isWordAt(bytes: Uint8Array, from: number, to: number, lower: string): boolean {
  const start = bytes[from] === SPACE ? from + 1 : from;
  return to - start === lower.length && spells(bytes, start, lower);
}

/** A field's value in lower case, without the blanks around it. */
export function wordsOf(bytes: Buffer, colon: number, fieldEnd: number): string {
  let start = colon + 1;
  let end = fieldEnd;
  while (start < end && isBlank(bytes[start]!)) start++;
  while (end > start && isBlank(bytes[end - 1]!)) end--;
  return bytes.latin1Slice(start, end).toLowerCase();
}

/** White space as HTTP has it: no other, whatever JavaScript takes for it [RFC 9110 5.6.3]. */
export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}
