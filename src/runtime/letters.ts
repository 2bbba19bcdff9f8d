// The letters of UTF-8 bytes and their case, as Go sees them. [Go unicode, unicode/utf8]
import type { ByteString } from "./bytes.js";

const LETTERS =
  /[\0-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|[\x80-\xff]/g;

/** The letters of UTF-8 bytes; each byte that is none is U+FFFD, as Go reads it. */
export function lettersOf(bytes: ByteString): readonly string[] {
  const parts = bytes.match(LETTERS) ?? [];
  return parts.map((part) => {
    if (part.length === 1) return part < "\x80" ? part : "\ufffd";
    return Buffer.from(part, "latin1").toString("utf8");
  });
}

/** Equal but for the case of letters [Go strings.EqualFold]. */
export function sameLetters(one: ByteString, other: ByteString): boolean {
  return one === other || folded(one) === folded(other);
}

function folded(bytes: ByteString): string {
  return lettersOf(bytes)
    .map((letter) => (letter === "\u0131" ? letter : lowerCase(upperCase(letter))))
    .join("");
}

/** Go knows no case forms of another number of letters; its lower case of U+0130 is a plain i. */
export function lowerCase(letter: string): string {
  if (letter === "\u0130") return "i";
  return oneLetter(letter.toLowerCase(), letter);
}

export function upperCase(letter: string): string {
  return oneLetter(letter.toUpperCase(), letter);
}

function oneLetter(form: string, letter: string): string {
  return form.length > 2 || (form.length === 2 && form.codePointAt(0)! < 0x10000) ? letter : form;
}
