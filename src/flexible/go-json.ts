// JSON as Go's encoding/json writes and reads it.

import { goSyntaxFault } from "../source/go-syntax.js";
import { breaksSyntax } from "../source/json-fault.js";
import type { Located, LocatedObject } from "../source/located.js";
import { parseJson } from "../source/parse-json.js";
import { SourceText } from "../source/text.js";
import { GoError, GoInt, GoList, GoMap, GoObject, type GoValue, wellFormed } from "./values.js";

export interface JsonStyle {
  /** Writes `<`, `>` and `&` as escapes, as json.Marshal does. */
  readonly html: boolean;
  readonly indent?: string;
}

/** The JSON text of a value; throws GoError for numbers that JSON has not. */
export function toJson(value: GoValue, style: JsonStyle): string {
  return write(value, style, "\n");
}

function write(value: GoValue, style: JsonStyle, line: string): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return jsonNumber(value);
  if (typeof value === "string") return jsonString(value, style.html);
  if (value instanceof GoInt) return String(value.value);
  if (value instanceof GoObject) return value.json();
  if (value.isNil) return "null";
  const inner = style.indent === undefined ? line : line + style.indent;
  if (value instanceof GoList) {
    if (value.element === "uint8") {
      const bytes = value.items.map((each) => Number((each as GoInt).value));
      return JSON.stringify(Buffer.from(bytes).toString("base64"));
    }
    return bracketed(
      "[]",
      value.items.map((each) => write(each, style, inner)),
      style,
      line,
      inner,
    );
  }
  const colon = style.indent === undefined ? ":" : ": ";
  const members = value.keys.map(
    (key) => jsonString(key, style.html) + colon + write(value.entries.get(key) ?? null, style, inner),
  );
  return bracketed("{}", members, style, line, inner);
}

function bracketed(
  pair: "[]" | "{}",
  parts: readonly string[],
  style: JsonStyle,
  line: string,
  inner: string,
): string {
  if (parts.length === 0) return pair;
  const [open, close] = pair;
  if (style.indent === undefined) return `${open}${parts.join(",")}${close}`;
  return `${open}${inner}${parts.join(`,${inner}`)}${line}${close}`;
}

/** Go and JavaScript change to exponents at the same sizes. */
function jsonNumber(value: number): string {
  if (!Number.isFinite(value))
    throw new GoError(
      `json: unsupported value: ${Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf"}`,
    );
  return Object.is(value, -0) ? "-0" : JSON.stringify(value);
}

function jsonString(text: string, html: boolean): string {
  const escaped = JSON.stringify(wellFormed(text)).replace(/[\u2028\u2029\u007f]/g, (each) =>
    each === "\u007f" ? each : `\\u${each.charCodeAt(0).toString(16)}`,
  );
  return html ? escaped.replace(/[<>&]/g, (each) => `\\u00${each.charCodeAt(0).toString(16)}`) : escaped;
}

/** A value from JSON; throws GoError with Go's message. */
export function fromJson(text: string): GoValue {
  const { value, faults } = parseJson(new SourceText("", text));
  const broken = faults.find((fault) => breaksSyntax(fault.code) || fault.code === "number-range");
  if (broken !== undefined || value === undefined)
    throw new GoError(broken?.go ?? goSyntaxFault(text) ?? broken?.message ?? "unexpected end of JSON input");
  return fromLocated(value);
}

/** Objects and the trees that they were read from. */
export type Places = WeakMap<GoMap, LocatedObject>;

/** The value that a tree stands for, noted in `places`; the last of repeated keys counts. */
export function fromLocated(node: Located, places?: Places): GoValue {
  switch (node.kind) {
    case "object": {
      const map = new GoMap(node.members.map((each) => [each.key, fromLocated(each.value, places)]));
      places?.set(map, node);
      return map;
    }
    case "array":
      return new GoList(node.items.map((each) => fromLocated(each, places)));
    case "null":
      return null;
    default:
      return node.value;
  }
}
