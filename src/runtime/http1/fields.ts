// The header fields of a message, as places in the text of its head: nothing is cut out before it is
// asked for.
import type { ByteString } from "../bytes.js";
import type { FlatHeaders } from "../exchange.js";
import { isBlank, LOWER } from "./octets.js";

/** By field three numbers: where its name begins, where its colon stands, where its value ends. */
export type FieldPlaces = readonly number[];

/** White space around values is not theirs [RFC 9112 5]. */
function fieldValue(text: ByteString, colon: number, end: number): ByteString {
  let start = colon + 1;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  let last = end;
  while (last > start && isBlank(text.charCodeAt(last - 1))) last--;
  return text.slice(start, last);
}

function isNamed(text: ByteString, start: number, colon: number, lower: string): boolean {
  if (colon - start !== lower.length) return false;
  for (let index = 0; index < lower.length; index++) {
    if (LOWER[text.charCodeAt(start + index)] !== lower.charCodeAt(index)) return false;
  }
  return true;
}

/** The first value of a field; the name in lower case. */
export function fieldIn(text: ByteString, places: FieldPlaces, lower: string): ByteString | undefined {
  for (let at = 0; at < places.length; at += 3) {
    if (isNamed(text, places[at]!, places[at + 1]!, lower)) {
      return fieldValue(text, places[at + 1]!, places[at + 2]!);
    }
  }
  return undefined;
}

/** All fields, name and value in turn, as they came. */
export function flatFields(text: ByteString, places: FieldPlaces): FlatHeaders {
  const flat: string[] = [];
  for (let at = 0; at < places.length; at += 3) {
    const colon = places[at + 1]!;
    flat.push(text.slice(places[at]!, colon), fieldValue(text, colon, places[at + 2]!));
  }
  return flat;
}

/** Appends `name` and each value of a field; its name in lower case is `lower`. */
export function copyField(
  text: ByteString,
  places: FieldPlaces,
  headers: string[],
  name: string,
  lower: string,
): void {
  for (let at = 0; at < places.length; at += 3) {
    if (!isNamed(text, places[at]!, places[at + 1]!, lower)) continue;
    headers.push(name, fieldValue(text, places[at + 1]!, places[at + 2]!));
  }
}
