// Values on the stack of a Lua machine.

import type { JsonValue } from "../../runtime/json/value.js";
import { type CFunction, type LuaState, lauxlib, lua } from "./runtime-fengari.js";
import {
  type Handle,
  handOver,
  jsonNumber,
  LuaList,
  LuaNil,
  LuaTable,
  ScriptFault,
  takeBack,
} from "./runtime-values.js";

/** Nothing, which is less than nil. */
export const NOTHING: unique symbol = Symbol("nothing");

export type Result = Handle | object | string | number | boolean | null | typeof NOTHING;

/** Strings of Lua are bytes, and so are byte strings. */
export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

/** What stands there, as a text; a number is converted. */
export function textAt(L: LuaState, index: number): string {
  const bytes = lua.lua_tolstring(L, index);
  return bytes === null ? "error object is not a string" : Buffer.from(bytes).toString("latin1");
}

/** The arguments of a call, from 1. */
export class Arguments {
  readonly #L: LuaState;
  readonly #offset: number;

  /** `offset`: arguments before the first that counts. */
  constructor(L: LuaState, offset: number) {
    this.#L = L;
    this.#offset = offset;
  }

  get count(): number {
    return lua.lua_gettop(this.#L) - this.#offset;
  }

  isNil(index: number): boolean {
    return lua.lua_type(this.#L, index + this.#offset) === lua.LUA_TNIL;
  }

  text(index: number): string {
    const type = lua.lua_type(this.#L, index + this.#offset);
    if (type !== lua.LUA_TSTRING && type !== lua.LUA_TNUMBER) throw this.#wrong(index, "string");
    lua.lua_pushvalue(this.#L, index + this.#offset);
    const text = textAt(this.#L, -1);
    lua.lua_pop(this.#L, 1);
    return text;
  }

  /** Whatever it is, as `tostring` has it. */
  shown(index: number): string {
    const bytes = lauxlib.luaL_tolstring(this.#L, index + this.#offset);
    lua.lua_pop(this.#L, 1);
    return Buffer.from(bytes).toString("latin1");
  }

  number(index: number): number {
    if (lua.lua_type(this.#L, index + this.#offset) !== lua.LUA_TNUMBER) throw this.#wrong(index, "number");
    return lua.lua_tonumber(this.#L, index + this.#offset);
  }

  boolean(index: number): boolean {
    if (lua.lua_type(this.#L, index + this.#offset) !== lua.LUA_TBOOLEAN) throw this.#wrong(index, "boolean");
    return lua.lua_toboolean(this.#L, index + this.#offset);
  }

  /** An object that was pushed; undefined: something else. */
  object(index: number): object | undefined {
    return objectAt(this.#L, index + this.#offset);
  }

  /** For the data; undefined for what has no place there. */
  value(index: number): JsonValue | undefined {
    return valueAt(this.#L, index + this.#offset, true, 0);
  }

  #wrong(index: number, wanted: string): ScriptFault {
    const type = lua.lua_type(this.#L, index + this.#offset);
    const names = [
      "nil",
      "boolean",
      "userdata",
      "number",
      "string",
      "table",
      "function",
      "userdata",
      "thread",
    ];
    return new ScriptFault(`bad argument #${index} (${wanted} expected, got ${names[type] ?? "no value"})`);
  }
}

function objectAt(L: LuaState, index: number): object | undefined {
  if (lua.lua_type(L, index) !== lua.LUA_TUSERDATA) return undefined;
  return lua.lua_touserdata(L, index)?.value as object | undefined;
}

const DEEPEST = 200;

/** Of the stack, that one level of a table takes. */
const SLOTS = 8;

/** Quirk: a table at the top is an object, whatever its keys. [krakend-lua types.go] */
function valueAt(L: LuaState, index: number, isTop: boolean, depth: number): JsonValue | undefined {
  if (depth > DEEPEST) throw new ScriptFault("a table nested too deep, or in itself");
  switch (lua.lua_type(L, index)) {
    case lua.LUA_TBOOLEAN:
      return lua.lua_toboolean(L, index);
    case lua.LUA_TNUMBER:
      return jsonNumber(lua.lua_tonumber(L, index));
    case lua.LUA_TSTRING:
      return textAt(L, index);
    case lua.LUA_TTABLE:
      return ofTable(membersAt(L, index, depth), isTop);
    default: {
      const object = objectAt(L, index);
      const isHandle = object instanceof LuaTable || object instanceof LuaList || object instanceof LuaNil;
      return isHandle ? takeBack(object) : undefined;
    }
  }
}

type Members = readonly (readonly [key: number | string, value: JsonValue])[];

function membersAt(L: LuaState, index: number, depth: number): Members {
  const members: [number | string, JsonValue][] = [];
  const table = lua.lua_absindex(L, index);
  lauxlib.luaL_checkstack(L, SLOTS, null);
  lua.lua_pushnil(L);
  while (lua.lua_next(L, table) !== 0) {
    const value = valueAt(L, -1, false, depth + 1);
    const isNumber = lua.lua_type(L, -2) === lua.LUA_TNUMBER;
    const isText = lua.lua_type(L, -2) === lua.LUA_TSTRING;
    if (value !== undefined && isNumber) members.push([lua.lua_tonumber(L, -2), value]);
    else if (value !== undefined && isText) members.push([textAt(L, -2), value]);
    lua.lua_pop(L, 1);
  }
  return members;
}

function ofTable(members: Members, isTop: boolean): JsonValue {
  if (!isTop && members.length === 0) return null;
  if (!isTop && members.every(([key]) => Number.isInteger(key))) {
    return [...members].sort(([one], [other]) => Number(one) - Number(other)).map(([, value]) => value);
  }
  return new Map(members.map(([key, value]) => [String(key), value]));
}

/** Pushes a value of the data, or a handle. */
export function pushValue(L: LuaState, value: JsonValue): void {
  push(L, handOver(value));
}

export function push(L: LuaState, value: Result): number {
  if (value === NOTHING) return 0;
  if (value === null) lua.lua_pushnil(L);
  else if (typeof value === "string") lua.lua_pushstring(L, bytesOf(value));
  else if (typeof value === "number") lua.lua_pushnumber(L, value);
  else if (typeof value === "boolean") lua.lua_pushboolean(L, value);
  else {
    lua.lua_newuserdata(L, 0).value = value;
    lauxlib.luaL_setmetatable(L, bytesOf(value.constructor.name));
  }
  return 1;
}

/** A function of Lua; what it throws of its own is a fault of the script, at its place. */
export function functionOf(call: (given: Arguments) => Result): CFunction {
  return (L) => attempt(L, () => call(new Arguments(L, 0)));
}

type Methods<Self> = Readonly<Record<string, (self: Self, given: Arguments) => Result>>;

/** What scripts may call on objects of a class. */
export function defineMethods<Self extends object>(
  L: LuaState,
  kind: abstract new (...args: never[]) => Self,
  methods: Methods<Self>,
): void {
  lauxlib.luaL_newmetatable(L, bytesOf(kind.name));
  lua.lua_newtable(L);
  for (const [name, method] of Object.entries(methods)) {
    lua.lua_pushcfunction(L, (state) =>
      attempt(state, () => {
        const self = objectAt(state, 1);
        if (!(self instanceof kind))
          throw new ScriptFault(`${name} is called on something else; write a colon`);
        return method(self, new Arguments(state, 1));
      }),
    );
    lua.lua_setfield(L, -2, bytesOf(name));
  }
  lua.lua_setfield(L, -2, bytesOf("__index"));
  lua.lua_pushboolean(L, false);
  lua.lua_setfield(L, -2, bytesOf("__metatable"));
  lua.lua_pop(L, 1);
}

function attempt(L: LuaState, call: () => Result): number {
  try {
    return push(L, call());
  } catch (fault) {
    if (!(fault instanceof ScriptFault)) throw fault;
    raise(L, fault.message);
  }
}

/** Throws an error of Lua, with the place of the script before it. */
function raise(L: LuaState, text: string): never {
  lua.lua_settop(L, 0);
  lauxlib.luaL_where(L, 1);
  const place = textAt(L, -1);
  lua.lua_pushstring(L, bytesOf(place + text));
  return lua.lua_error(L);
}
