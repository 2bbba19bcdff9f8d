// Values against the types that a function takes [Go text/template exec.go evalArg, validateType].
import type { Span } from "../source/text.js";
import { TemplateFault } from "./fault.js";
import { GO_NAMES, type Kind } from "./functions/kit.js";
import type { Operand } from "./nodes.js";
import { GoInt, GoList, GoMap, GoObject, type Maybe, typeOf } from "./values.js";

/** The constants of a template, for which the parameter decides what they are. */
export type Constant = Extract<Operand, { kind: "bool" | "number" | "string" | "nil" }>;

export function isConstant(node: Operand): node is Constant {
  return node.kind === "bool" || node.kind === "number" || node.kind === "string" || node.kind === "nil";
}

/** A constant as an argument; throws TemplateFault when the parameter is of another type. */
export function constantFor(kind: Kind, node: Constant): unknown {
  if (kind === "any" || kind === "value")
    return node.kind === "nil" ? null : node.kind === "number" ? node.ideal : node.value;
  if (node.kind === "nil") {
    if (kind === "map" || kind === "list" || kind === "strings") return nilOf(kind);
    throw new TemplateFault(`cannot assign nil to ${GO_NAMES[kind]}`, node.span);
  }
  if (node.kind === "number") {
    if (kind === "int" && node.integer !== undefined) return Number(node.integer);
    if (kind === "int64" && node.integer !== undefined) return node.integer;
    if (kind === "float64") return node.float;
  } else if (node.kind === kind) return node.value;
  throw new TemplateFault(
    `expected ${EXPECTED[kind] ?? GO_NAMES[kind]}; found ${textOf(node.span)}`,
    node.span,
  );
}

/** Go's nil of a type that has one. */
function nilOf(kind: "map" | "list" | "strings"): GoMap | GoList {
  if (kind === "map") return new GoMap([], "interface {}", true);
  return new GoList([], kind === "list" ? "interface {}" : "string", true);
}

const EXPECTED: Partial<Record<Kind, string>> = { int: "integer", int64: "integer", float64: "float" };

function textOf({ source, start, end }: Span): string {
  return source.text.slice(start, end);
}

/** Whether Go has no nil of a parameter's type. */
export function isScalar(kind: Kind): boolean {
  return !["value", "any", "map", "list", "strings"].includes(kind);
}

/** A value as an argument; throws TemplateFault when it is of another type than the parameter. */
export function valueFor(kind: Kind, value: Maybe, span: Span): unknown {
  if (kind === "value") return value;
  if (kind === "any") return value ?? null;
  if (value === undefined && (kind === "map" || kind === "list" || kind === "strings")) return nilOf(kind);
  if (!isOf(kind, value)) {
    const got = value === null ? "interface {}" : typeOf(value);
    throw new TemplateFault(
      `wrong type for value; expected ${GO_NAMES[kind]}; got ${got}`,
      span,
      remedy(kind, value),
    );
  }
  if (!(value instanceof GoInt)) return value;
  return kind === "int" ? Number(value.value) : value.value;
}

function isOf(kind: Kind, value: Maybe): boolean {
  switch (kind) {
    case "string":
      return typeof value === "string";
    case "bool":
      return typeof value === "boolean";
    case "float64":
      return typeof value === "number";
    case "int":
    case "int64":
      return value instanceof GoInt && value.type === kind;
    case "map":
      return value instanceof GoMap && value.element === "interface {}";
    case "list":
      return value instanceof GoList && value.element === "interface {}";
    case "strings":
      return value instanceof GoList && value.element === "string";
    default:
      return value instanceof GoObject;
  }
}

function remedy(kind: Kind, value: Maybe): string | undefined {
  const isNumber = typeof value === "number" || value instanceof GoInt;
  if (kind === "int" && isNumber) return "convert it: `(int ...)`";
  if (kind === "int64" && isNumber) return "convert it: `(int64 ...)`";
  if (kind === "float64" && isNumber) return "convert it: `(float64 ...)`";
  return kind === "string" && (isNumber || typeof value === "boolean")
    ? "convert it: `(toString ...)`"
    : undefined;
}
