// Number and character constants of a template [Go text/template/parse node.go newNumber].
import type { Span } from "../source/text.js";
import { TemplateFault } from "./fault.js";
import { goUnquote } from "./go-quote.js";
import type { NumberNode } from "./nodes.js";
import { int } from "./values.js";

const BIGGEST = (1n << 63n) - 1n;
const SMALLEST = -(1n << 63n);

/** The constant that a text writes; throws TemplateFault for what Go does not take. */
export function readNumber(text: string, span: Span): NumberNode {
  if (text.startsWith("'")) return characterConstant(text, span);
  const whole = parseGoInteger(text);
  if (whole !== undefined && whole >= SMALLEST && whole <= BIGGEST)
    return { kind: "number", span, integer: whole, float: Number(whole), ideal: int(whole) };
  if (whole !== undefined && !/[.eEpP]/.test(text))
    throw new TemplateFault(`integer overflow: "${text}"`, span);
  const float = parseGoFloat(text);
  if (float === undefined || !Number.isFinite(float))
    throw new TemplateFault(`illegal number syntax: "${text}"`, span);
  const integer = Number.isInteger(float) && Math.abs(float) < 2 ** 63 ? BigInt(float) : undefined;
  return { kind: "number", span, integer, float, ideal: float };
}

function characterConstant(text: string, span: Span): NumberNode {
  const value = goUnquote(text.slice(1, -1), "'");
  if (value === undefined || [...value].length !== 1)
    throw new TemplateFault(
      `malformed character constant: ${text}`,
      span,
      'texts stand in double quotes: `"text"`',
    );
  const code = value.codePointAt(0) ?? 0;
  return { kind: "number", span, integer: BigInt(code), float: code, ideal: int(code) };
}

/** An integer with Go's prefixes and underscores [Go strconv.ParseInt with base 0]; undefined if it is none. */
export function parseGoInteger(text: string): bigint | undefined {
  const match =
    /^([+-]?)(?:0[xX]((?:_?[0-9a-fA-F])+)|0[oO]?((?:_?[0-7])+)|0[bB]((?:_?[01])+)|(0|[1-9](?:_?[0-9])*))$/.exec(
      text,
    );
  if (match === null) return undefined;
  const [, sign, hex, octal, binary, decimal] = match;
  const digits = (hex ?? octal ?? binary ?? decimal ?? "").replaceAll("_", "");
  const prefix = hex !== undefined ? "0x" : octal !== undefined ? "0o" : binary !== undefined ? "0b" : "";
  const size = BigInt(prefix + digits);
  return sign === "-" ? -size : size;
}

/** A decimal or hexadecimal float, also `inf` and `nan` as strconv.ParseFloat reads them. */
export function parseGoFloat(text: string): number | undefined {
  const plain = text.replace(/(?<=\d)_(?=\d)/g, "");
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(plain)) return Number(plain);
  const hex = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/.exec(plain);
  if (hex !== null && `${hex[2]}${hex[3]}` !== "") {
    const size = Number(`0x${hex[2]}${hex[3]}`) * 2 ** (Number(hex[4]) - 4 * (hex[3] ?? "").length);
    return hex[1] === "-" ? -size : size;
  }
  if (/^[+-]?inf(?:inity)?$/i.test(plain)) return plain.startsWith("-") ? -Infinity : Infinity;
  return /^nan$/i.test(plain) ? Number.NaN : undefined;
}
