// Values as Go's fmt prints them with %v: what a sequence writes into a path.
import { JsonFault } from "./fault.js";
import type { ByteString, JsonText } from "./text.js";
import { JsonNumber, type JsonValue, parseValue } from "./value.js";

/** A container half printed: what is left of it, each with the text before its value. */
interface HalfPrinted {
  readonly items: Iterator<readonly [string, JsonValue]>;
  readonly separator: string;
  readonly closer: string;
  empty: boolean;
}

/**
 * Numbers by their text, null as `<nil>`, objects as `map[a:1 b:2]`, lists inside as `[1 2]`; the
 * items of the outermost list are joined by commas. [lura proxy/merging.go; Go fmt]
 */
export function goText(text: JsonText): ByteString {
  const value = parseValue(text);
  if (value instanceof JsonFault) throw value;
  const frames: HalfPrinted[] = [];
  let printed = "";
  if (Array.isArray(value)) frames.push({ items: list(value), separator: ",", closer: "", empty: true });
  else printed = begin(value, frames);
  // A stack of our own: values may be nested as deep as the reader allows.
  for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
    const next = frame.items.next();
    if (next.done === true) {
      printed += frame.closer;
      frames.pop();
      continue;
    }
    printed += (frame.empty ? "" : frame.separator) + next.value[0];
    frame.empty = false;
    printed += begin(next.value[1], frames);
  }
  return printed;
}

/** The whole text of a scalar; the opening of a container, which then is a frame more. */
function begin(value: JsonValue, frames: HalfPrinted[]): ByteString {
  if (value === null) return "<nil>";
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) frames.push({ items: list(value), separator: " ", closer: "]", empty: true });
  else if (value instanceof Map)
    frames.push({ items: sorted(value), separator: " ", closer: "]", empty: true });
  else return String(value);
  return Array.isArray(value) ? "[" : "map[";
}

function* list(values: readonly JsonValue[]): Generator<readonly [string, JsonValue]> {
  for (const value of values) yield ["", value];
}

function* sorted(map: ReadonlyMap<ByteString, JsonValue>): Generator<readonly [string, JsonValue]> {
  for (const key of [...map.keys()].sort()) yield [`${key}:`, map.get(key)!];
}
