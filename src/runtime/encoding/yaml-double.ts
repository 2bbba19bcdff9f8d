// Numbers that KrakenD holds as doubles: YAML shows them plain, other numbers as the texts they are.
// [goccy/go-yaml encode.go encodeFloat; Go strconv FormatFloat]
import type { ByteString } from "../bytes.js";
import { JsonNumber, type JsonValue } from "../json/value.js";

export class Double extends JsonNumber {}

/** The value with all its numbers as doubles. */
export function doubled(value: JsonValue): JsonValue {
  if (value instanceof JsonNumber) return new Double(doubleText(Number(value.text)));
  if (Array.isArray(value)) return value.map(doubled);
  if (value instanceof Map) return new Map([...value].map(([key, each]) => [key, doubled(each)]));
  return value;
}

/** The shortest text: with an exponent below 0.0001 and from a million on, else with a point. */
export function doubleText(number: number): ByteString {
  const [digits = "", exponent = "0"] = number.toExponential().split("e");
  const power = Number(exponent);
  if (power < -4 || power >= 6) {
    return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  const plain = Object.is(number, -0) ? "-0" : String(number);
  return plain.includes(".") ? plain : `${plain}.0`;
}
