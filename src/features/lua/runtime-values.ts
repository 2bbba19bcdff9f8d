// Data as scripts see it: live tables and lists, numbers as doubles. [krakend-lua binder.go, types.go]
import { JsonNumber, type JsonValue } from "../../runtime/json/value.js";

export type JsonObject = Map<string, JsonValue>;

/** What a script holds in its hands of the data. */
export type Handle = LuaTable | LuaList | LuaNil;

/** JSON null, which is not Lua's nil. */
export class LuaNil {}

export class LuaTable {
  readonly members: JsonObject;

  constructor(members: JsonObject = new Map()) {
    this.members = members;
  }

  keys(): LuaList {
    return new LuaList([...this.members.keys()].sort());
  }
}

/**
 * A window on an array. Quirk: it shares the array of its parent only as long as it neither grows nor
 * shrinks; the parent keeps its length [krakend-lua binder.go List].
 */
export class LuaList {
  #items: JsonValue[];
  #length: number;

  constructor(items: JsonValue[] = []) {
    this.#items = items;
    this.#length = items.length;
  }

  get length(): number {
    return this.#length;
  }

  /** Undefined where there is none. */
  get(index: number): JsonValue | undefined {
    return index >= 0 && index < this.#length ? this.#items[index] : undefined;
  }

  /** Behind the end it grows, with nulls between. */
  set(index: number, value: JsonValue): void {
    if (index < 0) return;
    if (index >= MOST_ITEMS) throw new ScriptFault(`a list of more than ${MOST_ITEMS} items`);
    if (index >= this.#length) {
      this.#items = this.#items.slice(0, this.#length);
      while (this.#items.length < index) this.#items.push(null);
      this.#length = index + 1;
    }
    this.#items[index] = value;
  }

  delete(index: number): void {
    if (index < 0 || index >= this.#length) return;
    this.#items.copyWithin(index, index + 1, this.#length);
    this.#length -= 1;
    this.#items[this.#length] = null;
  }

  /** As it stands in the data it is put into. */
  toArray(): JsonValue[] {
    return this.#length === this.#items.length ? this.#items : this.#items.slice(0, this.#length);
  }
}

/** So that one wrong index does not take all memory. */
const MOST_ITEMS = 1_000_000;

/** A fault of a script, in the words for its author. */
export class ScriptFault extends Error {}

/** A number as Go's encoder prints a float64. [Go encoding/json encode.go floatEncoder] */
export function jsonNumber(value: number): JsonNumber {
  if (!Number.isFinite(value)) throw new ScriptFault(`json: unsupported value: ${value}`);
  return new JsonNumber(String(value));
}

/** What a script is given for a value of the data: a handle, or something that Lua has itself. */
export function handOver(value: JsonValue): Handle | string | number | boolean {
  if (value === null) return new LuaNil();
  if (value instanceof JsonNumber) return Number(value.text);
  if (Array.isArray(value)) return new LuaList(value);
  return value instanceof Map ? new LuaTable(value) : value;
}

/** What is put into the data for a handle. */
export function takeBack(handle: Handle): JsonValue {
  if (handle instanceof LuaTable) return handle.members;
  return handle instanceof LuaList ? handle.toArray() : null;
}
