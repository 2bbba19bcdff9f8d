// Reads values as KrakenD does: loosely. Numbers stand for texts, texts for numbers, one for a list
// of one [go-viper/mapstructure with WeaklyTypedInput; krakend-koanf]. What comes out is a located
// tree with exactly the expected kinds, so that later phases meet one form only.
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Located, LocatedArray, LocatedObject, LocatedString, Member } from "../source/located.js";
import { closest } from "../source/suggest.js";
import type { Span } from "../source/text.js";
import { parseDuration } from "./duration.js";
import { type FieldType, renamedKeys, root, type Struct, structs } from "./fields.js";
import { asksForEnvironment, type LateValues } from "./late.js";
import { messages } from "./messages.js";
import { namespaces } from "./namespaces.js";

/** Durations in the tree are numbers of milliseconds. */
export interface Decoded {
  readonly value: LocatedObject;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a whole configuration; values that cannot be read are reported and left out. */
export function decode(tree: LocatedObject, late: LateValues): Decoded {
  const decoder = new Decoder(late);
  const value = decoder.struct(tree, root, "");
  return { value, diagnostics: decoder.diagnostics };
}

const SCALARS: ReadonlySet<FieldType> = new Set<FieldType>(["integer", "number", "boolean", "duration"]);

/** KrakenD's way to name a place: `endpoints[0].backend[1].timeout`. */
type Path = string;

class Decoder {
  readonly diagnostics: Diagnostic[] = [];
  readonly #late: LateValues;

  constructor(late: LateValues) {
    this.#late = late;
  }

  struct(node: LocatedObject, struct: Struct, path: Path): LocatedObject {
    const members: Member[] = [];
    const chosen = chooseMembers(node, struct);
    for (const [key, found] of chosen) {
      if (found.value.kind === "null") continue;
      const when = struct.texts[key];
      if (when !== undefined && "atBuild" in when) this.#late.explain(found.value, when.atBuild);
      const value = this.value(found.value, struct.fields[key]!, path === "" ? key : `${path}.${key}`);
      // What could not be read stays as `null`: it is not absent, and nothing more is said of it.
      members.push({ key, keySpan: found.keySpan, value: value ?? { kind: "null", span: found.value.span } });
    }
    const used = new Set([...chosen.values()]);
    for (const each of node.members) this.#unknown(each, struct, used);
    return { kind: "object", span: node.span, members };
  }

  #unknown(found: Member, struct: Struct, used: ReadonlySet<Member>): void {
    if (used.has(found) || /^[@$_#]/.test(found.key) || nameIn(struct, found.key) !== undefined) return;
    const lower = found.key.toLowerCase();
    const replacement = Object.hasOwn(renamedKeys, lower) ? renamedKeys[lower] : undefined;
    if (replacement !== undefined && Object.hasOwn(struct.fields, replacement)) {
      this.diagnostics.push(
        messages.say("config/renamed-key", found.keySpan, { key: found.key, now: replacement }),
      );
      return;
    }
    const belongs = placeOf(found.key);
    if (belongs !== undefined) {
      const values = { key: found.key, noun: struct.noun, belongs };
      this.diagnostics.push(messages.say("config/misplaced-key", found.keySpan, values));
      return;
    }
    const meant = closest(found.key, Object.keys(struct.fields), 2);
    this.diagnostics.push(
      meant === undefined
        ? messages.say("config/unknown-key", found.keySpan, { key: found.key, noun: struct.noun })
        : messages.say("config/misspelt-key", found.keySpan, { key: found.key, noun: struct.noun, meant }),
    );
  }

  value(node: Located, type: FieldType, path: Path): Located | undefined {
    if (typeof type === "object") {
      return "list" in type ? this.#structs(node, type.list, path) : this.#oneStruct(node, type.struct, path);
    }
    if (node.kind === "null" || type === "any") return node.kind === "null" ? undefined : node;
    // What it will be is known when the gateway starts; who may use it so long takes it from there.
    if (node.kind === "string" && asksForEnvironment(node.value) && SCALARS.has(type)) return node;
    switch (type) {
      case "text":
        return this.#text(node, path);
      case "integer":
        return this.#integer(node, path);
      case "number":
        return this.#number(node, path);
      case "boolean":
        return this.#boolean(node, path);
      case "duration":
        return this.#duration(node, path);
      case "texts":
        return this.#texts(node, path);
      case "integers":
        return this.#integers(node, path);
      case "text map":
        return this.#textMap(node, path);
      case "object":
        return this.#object(node, path);
    }
  }

  #oneStruct(node: Located, struct: Struct, path: Path): Located | undefined {
    if (node.kind === "null") return undefined;
    if (node.kind === "object") return this.struct(node, struct, path);
    return this.#fault(
      node,
      path,
      `expected a map or struct, got ${JSON.stringify(goKind(node))}`,
      struct.noun,
    );
  }

  #structs(node: Located, struct: Struct, path: Path): LocatedArray | undefined {
    if (node.kind === "null") return undefined;
    const items: Located[] = [];
    listOf(node).forEach((item, index) => {
      const isNull = item.kind === "null";
      if (isNull && struct.isPointer === true)
        this.diagnostics.push(messages.say("config/null-item", item.span, { noun: struct.noun }));
      const value: Located = isNull ? { kind: "object", span: item.span, members: [] } : item;
      const read = this.#oneStruct(value, struct, `${path}[${index}]`);
      if (read !== undefined) items.push(read);
    });
    const nothingLeft = items.length === 0 && listOf(node).length > 0;
    return nothingLeft ? undefined : { kind: "array", span: node.span, items };
  }

  #text(node: Located, path: Path): Located | undefined {
    switch (node.kind) {
      case "string":
        return node;
      case "number":
        return text(node.span, plainNumber(node.value));
      case "boolean":
        return text(node.span, node.value ? "1" : "0");
      default:
        return this.#unconvertible(node, path, "string", "a text");
    }
  }

  #integer(node: Located, path: Path): Located | undefined {
    switch (node.kind) {
      case "number":
        return number(node.span, Math.trunc(node.value));
      case "boolean":
        return number(node.span, node.value ? 1 : 0);
      case "string": {
        const value = parseInteger(node.value);
        if (value !== undefined) return number(node.span, value);
        return this.#fault(
          node,
          path,
          "cannot parse value as 'int': strconv.ParseInt: invalid syntax",
          "a whole number",
        );
      }
      default:
        return this.#unconvertible(node, path, "int", "a whole number");
    }
  }

  #number(node: Located, path: Path): Located | undefined {
    switch (node.kind) {
      case "number":
        return node;
      case "boolean":
        return number(node.span, node.value ? 1 : 0);
      case "string": {
        const isDecimal = /^(?:[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|)$/.test(node.value);
        if (isDecimal) return number(node.span, Number(node.value));
        const reason = "cannot parse value as 'float': strconv.ParseFloat: invalid syntax";
        return this.#fault(node, path, reason, "a number");
      }
      default:
        return this.#unconvertible(node, path, "float64", "a number");
    }
  }

  #boolean(node: Located, path: Path): Located | undefined {
    switch (node.kind) {
      case "boolean":
        return node;
      case "number":
        return { kind: "boolean", span: node.span, value: node.value !== 0 };
      case "string":
        if (/^(?:1|t|T|TRUE|true|True)$/.test(node.value))
          return { kind: "boolean", span: node.span, value: true };
        if (/^(?:0|f|F|FALSE|false|False|)$/.test(node.value))
          return { kind: "boolean", span: node.span, value: false };
        return this.#fault(
          node,
          path,
          "cannot parse value as 'bool': strconv.ParseBool: invalid syntax",
          "true or false",
        );
      default:
        return this.#unconvertible(node, path, "bool", "true or false");
    }
  }

  /** A number counts nanoseconds. */
  #duration(node: Located, path: Path): Located | undefined {
    switch (node.kind) {
      case "number":
        return number(node.span, clampToInt64(Math.trunc(node.value)) / 1e6);
      case "boolean":
        return number(node.span, node.value ? 1e-6 : 0);
      case "string": {
        const ms = parseDuration(node.value);
        if (typeof ms === "number") return number(node.span, ms);
        this.diagnostics.push(
          messages.say("config/bad-duration", node.span, { value: node.value, path, reason: ms }),
        );
        return undefined;
      }
      default:
        return this.#unconvertible(node, path, "time.Duration", "a duration such as `2s`");
    }
  }

  #texts(node: Located, path: Path): LocatedArray {
    const items = listOf(node).flatMap((item, index) => {
      const read = item.kind === "null" ? text(item.span, "") : this.#text(item, `${path}[${index}]`);
      return read === undefined ? [] : [read];
    });
    return { kind: "array", span: node.span, items };
  }

  #integers(node: Located, path: Path): LocatedArray {
    const items = listOf(node).flatMap((item, index) => {
      const read = item.kind === "null" ? number(item.span, 0) : this.#integer(item, `${path}[${index}]`);
      return read === undefined ? [] : [read];
    });
    return { kind: "array", span: node.span, items };
  }

  #textMap(node: Located, path: Path): LocatedObject | undefined {
    const object = this.#object(node, path);
    if (object === undefined) return undefined;
    const members = object.members.flatMap((each): Member[] => {
      const value =
        each.value.kind === "null"
          ? text(each.value.span, "")
          : this.#text(each.value, `${path}[${each.key}]`);
      return value === undefined ? [] : [{ ...each, value }];
    });
    return { kind: "object", span: object.span, members };
  }

  /** A list of objects is read as one object with the members of all. */
  #object(node: Located, path: Path): LocatedObject | undefined {
    if (node.kind === "object") return node;
    if (node.kind === "null") return { kind: "object", span: node.span, members: [] };
    if (node.kind === "array") {
      const parts = node.items.map((item, index) => this.#object(item, `${path}[${index}]`));
      const members = parts.flatMap((part) => part?.members ?? []);
      return parts.includes(undefined) ? undefined : { kind: "object", span: node.span, members };
    }
    this.#fault(node, path, `expected a map, got '${goKind(node)}'`, "an object");
    return undefined;
  }

  #unconvertible(node: Located, path: Path, type: string, wanted: string): undefined {
    return this.#fault(
      node,
      path,
      `expected type '${type}', got unconvertible type '${goType(node)}'`,
      wanted,
    );
  }

  #fault(node: Located, path: Path, reason: string, wanted: string): undefined {
    this.diagnostics.push(messages.say("config/wrong-type", node.span, { path, reason, wanted }));
    return undefined;
  }
}

/** The member that counts for each field: the last with the exact key, else one in other letter case. */
function chooseMembers(node: LocatedObject, struct: Struct): Map<string, Member> {
  const chosen = new Map<string, Member>();
  for (const each of node.members) {
    const key = nameIn(struct, each.key);
    if (key === undefined) continue;
    const before = chosen.get(key);
    if (before === undefined || each.key === key || before.key !== key) chosen.set(key, each);
  }
  return chosen;
}

/** Where a key would mean something: in a block of its own, or at another level. */
function placeOf(key: string): string | undefined {
  if (Object.hasOwn(namespaces, key)) return "`extra_config`";
  return structs.find((each) => Object.hasOwn(each.fields, key))?.noun;
}

function nameIn(struct: Struct, key: string): string | undefined {
  if (Object.hasOwn(struct.fields, key)) return key;
  const lower = key.toLowerCase();
  return Object.hasOwn(struct.fields, lower) ? lower : undefined;
}

/** One value stands for a list of one, an empty object for an empty list. */
function listOf(node: Located): readonly Located[] {
  if (node.kind === "array") return node.items;
  return node.kind === "object" && node.members.length === 0 ? [] : [node];
}

function text(span: Span, value: string): LocatedString {
  return { kind: "string", span, value };
}

function number(span: Span, value: number): Located {
  return { kind: "number", span, value, lexeme: String(value) };
}

function clampToInt64(value: number): number {
  return Math.max(-(2 ** 63), Math.min(2 ** 63, value));
}

/** A number as text without an exponent [Go strconv.FormatFloat 'f'; mapstructure]. */
function plainNumber(value: number): string {
  const text = String(value);
  const [, sign = "", first = "", rest = "", exponent = ""] =
    /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text) ?? [];
  if (exponent === "") return text;
  const shift = Number(exponent);
  const digits = first + rest;
  if (shift < 0) return `${sign}0.${"0".repeat(-shift - 1)}${digits}`;
  return sign + digits.padEnd(shift + 1, "0");
}

/** Go's ParseInt with base 0: prefixes, underscores between digits; empty counts as 0. */
function parseInteger(value: string): number | undefined {
  if (value === "") return 0;
  const match =
    /^([+-]?)(0[xX]_?[\da-fA-F](?:_?[\da-fA-F])*|0[bB]_?[01](?:_?[01])*|0[oO]?_?[0-7](?:_?[0-7])*|0|[1-9](?:_?\d)*)$/.exec(
      value,
    );
  if (match === null) return undefined;
  const digits = match[2]!.replaceAll("_", "").replace(/^0(?=[0-7])/, "0o");
  const absolute = BigInt(digits);
  if (absolute >= 2n ** 63n) return undefined;
  return match[1] === "-" ? -Number(absolute) : Number(absolute);
}

function goKind(node: Located): string {
  return { object: "map", array: "slice", string: "string", number: "float64", boolean: "bool", null: "nil" }[
    node.kind
  ];
}

function goType(node: Located): string {
  return node.kind === "object"
    ? "map[string]interface {}"
    : node.kind === "array"
      ? "[]interface {}"
      : goKind(node);
}
