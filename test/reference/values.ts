// Values that KrakenD holds as other Go types than those of JSON, and how Go prints values.
import { NumberText, sortedKeys, type Value } from "./json.js";

/** A number of the configuration: it is a double, and prints as one. */
export class Double extends NumberText {}

/** A failure among the data, which writers print in their own ways. */
export class Details extends Map<string, Value> {}

/** As Go prints a value with %v. */
export function goText(value: Value): string {
  if (value === null) return "<nil>";
  if (value instanceof NumberText) return value.text;
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (!(value instanceof Map)) return String(value);
  return `map[${sortedKeys(value)
    .map((key) => `${key}:${goText(value.get(key)!)}`)
    .join(" ")}]`;
}
