// The values of a template as Go has them: numbers know their type, since it decides how they print,
// compare and what takes them. A plain number is a float64, which every number of a settings file is.

export type GoValue = null | boolean | number | string | GoInt | GoList | GoMap | GoObject;

/** undefined is what a key that is not there has: Go's templates print it as `<no value>`. */
export type Maybe = GoValue | undefined;

export type IntType =
  | "int"
  | "int8"
  | "int32"
  | "int64"
  | "uint8"
  | "uint32"
  | "uint64"
  | "time.Duration"
  | "time.Month"
  | "time.Weekday";

const BITS: Readonly<Record<IntType, number>> = {
  int: 64,
  int8: 8,
  int32: 32,
  int64: 64,
  uint8: 8,
  uint32: 32,
  uint64: 64,
  "time.Duration": 64,
  "time.Month": 64,
  "time.Weekday": 64,
};

/** An integer; it wraps around as Go's do. */
export class GoInt {
  readonly type: IntType;
  readonly value: bigint;

  constructor(type: IntType, value: bigint | number) {
    this.type = type;
    const wrap = type.startsWith("uint") ? BigInt.asUintN : BigInt.asIntN;
    this.value = wrap(BITS[type], BigInt(value));
  }
}

export function int(value: bigint | number): GoInt {
  return new GoInt("int", value);
}

export function int64(value: bigint | number): GoInt {
  return new GoInt("int64", value);
}

export type Element = "interface {}" | "string" | "int" | "uint8" | "[]interface {}";

export class GoList {
  readonly items: readonly GoValue[];
  readonly element: Element;
  /** Go's nil list: empty, and null in JSON. */
  readonly isNil: boolean;

  constructor(items: readonly GoValue[], element: Element = "interface {}", isNil = false) {
    this.items = items;
    this.element = element;
    this.isNil = isNil;
  }
}

export function strings(items: readonly string[]): GoList {
  return new GoList(items, "string");
}

/** A map with texts as keys; `set` and `unset` change it, and all who hold it see that. */
export class GoMap {
  readonly entries: Map<string, GoValue>;
  readonly element: Element;
  /** Go's nil map: empty, null in JSON, and nothing can be put into it. */
  readonly isNil: boolean;

  constructor(
    entries: Iterable<readonly [string, GoValue]> = [],
    element: Element = "interface {}",
    isNil = false,
  ) {
    this.entries = new Map(entries);
    this.element = element;
    this.isNil = isNil;
  }

  /** The keys in the order in which Go prints and ranges over them. */
  get keys(): readonly string[] {
    return [...this.entries.keys()].sort(byBytes);
  }
}

/** A value with fields and methods of its own, such as a time or a version. */
export abstract class GoObject {
  abstract readonly type: string;
  abstract readonly kind: "struct" | "ptr";
  /** The value of a field. */
  abstract field(name: string): Maybe;
  /** What a method gives; undefined if there is no such method. */
  abstract method(name: string): ((args: readonly GoValue[]) => GoValue) | undefined;
  /** How Go prints it. */
  abstract print(): string;
  /** Its JSON. */
  abstract json(): string;
}

/** A fault that Go finds while it calls a function, in Go's words. */
export class GoError extends Error {}

/** A function that gwc does not have on purpose; the message is the reason. */
export class Unsupported extends Error {}

/** The order of Go's strings, which compare byte by byte: that of code points. */
export function byBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points behind all others. */
function rank(unit: number): number {
  return (unit & 0xf800) === 0xd800 ? unit + 0x10000 : unit;
}

/** The name of a value's type, as `%T` prints it. */
export function typeOf(value: Maybe): string {
  if (value === null || value === undefined) return "<nil>";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return "float64";
  if (typeof value === "string") return "string";
  if (value instanceof GoInt || value instanceof GoObject) return value.type;
  return value instanceof GoList ? `[]${value.element}` : `map[string]${value.element}`;
}

/** The name of a value's kind, as reflect.Kind prints it. */
export function kindOf(value: Maybe): string {
  if (value === null || value === undefined) return "invalid";
  if (value instanceof GoInt)
    return value.type === "time.Duration" ? "int64" : value.type.startsWith("time.") ? "int" : value.type;
  if (value instanceof GoList) return "slice";
  if (value instanceof GoMap) return "map";
  return value instanceof GoObject ? value.kind : typeOf(value);
}

/** Whether an `if` takes a value as true [Go text/template exec.go IsTrue]. */
export function isTrue(value: Maybe): boolean {
  if (value instanceof GoInt) return value.value !== 0n;
  if (value instanceof GoList) return value.items.length > 0;
  if (value instanceof GoMap) return value.entries.size > 0;
  // NaN is not zero.
  return typeof value === "number" ? value !== 0 : Boolean(value);
}

/** How many bytes a text has in UTF-8: what Go calls its length. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

/** A range of a text's bytes; a character that is cut in two becomes U+FFFD. */
export function byteSlice(text: string, start: number, end?: number): string {
  return Buffer.from(text).subarray(start, end).toString();
}

/** A text that UTF-8 can hold: halves of surrogate pairs become U+FFFD. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}
