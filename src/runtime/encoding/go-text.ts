// Values as Go's fmt prints them with %v. [Go fmt print.go]
import type { ByteString } from "../bytes.js";
import { JsonNumber, type JsonValue } from "../json/value.js";

/** What is nested deeper than anybody would print is left out; the walk takes stack. */
const MOST_DEPTH = 500;

/** Number text as it is, `<nil>`, `[1 2]`, `map[a:1 b:2]` with sorted keys. */
export function textOf(value: JsonValue, depth = 0): ByteString {
  if (value === null) return "<nil>";
  if (value instanceof JsonNumber) return value.text;
  if (typeof value !== "object") return String(value);
  if (depth > MOST_DEPTH) return "";
  if (Array.isArray(value)) return `[${value.map((item) => textOf(item, depth + 1)).join(" ")}]`;
  const keys = [...value.keys()].sort();
  return `map[${keys.map((key) => `${key}:${textOf(value.get(key)!, depth + 1)}`).join(" ")}]`;
}
