// What a kept slice of an upstream's JSON must not hand on: the characters Go's encoder escapes, and
// text that is not Unicode. The walk notes which of them a slice holds; only such slices come here.
import type { ByteString, JsonText } from "./text.js";
import { REPLACEMENT, replaceBadBytes } from "./utf8.js";

/** `<`, `>` or `&` stands in a string. */
export const HTML = 1;
/** U+2028 or U+2029 stands in a string. */
export const SEPARATOR = 2;
/** Bytes that are not UTF-8, or half a surrogate pair. */
export const BROKEN = 4;
/** A backslash: nothing to repair, but a key must be brought to its one spelling. */
export const ESCAPE = 8;

const SURROGATES = /\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|u[dD][89a-fA-F]..|.)/gs;
const HALF_LENGTH = "\\ud800".length;

/**
 * The slice with what was noted made good; all other bytes stay. Valid JSON is presumed, so what
 * is looked for can stand in strings only. [Go encoding/json appendString]
 */
export function repair(slice: JsonText, noted: number): JsonText {
  let text = slice;
  if ((noted & HTML) !== 0) text = escapeHtml(text);
  if ((noted & SEPARATOR) !== 0) {
    text = text.replace(/\xe2\x80\xa8/g, "\\u2028").replace(/\xe2\x80\xa9/g, "\\u2029");
  }
  if ((noted & BROKEN) !== 0) text = replaceHalves(replaceBadBytes(text, REPLACEMENT));
  return text;
}

function escapeHtml(text: JsonText): JsonText {
  return text.replace(/</g, "\\u003c").replace(/>/g, "\\u003e").replace(/&/g, "\\u0026");
}

function replaceHalves(text: JsonText): ByteString {
  return text.replace(SURROGATES, (found) => (found.length === HALF_LENGTH ? REPLACEMENT : found));
}
