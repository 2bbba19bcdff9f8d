// One machine for all scripts of a thread. Every run has global names of its own, the library tables
// among them, so that nothing goes from one request to another. [krakend-lua binder.go]

import { logFault } from "../../runtime/log.js";
import {
  baseLibrary,
  type CFunction,
  type LuaState,
  lauxlib,
  lua,
  mathLibrary,
  stringLibrary,
  tableLibrary,
} from "./runtime-fengari.js";
import { useDoubles } from "./runtime-numbers.js";
import { placedBehind } from "./runtime-place.js";
import { bytesOf, textAt } from "./runtime-stack.js";
import { ScriptFault } from "./runtime-values.js";

/** Names of the base library that a script may use; files are not read, other modules not loaded. */
const BASE = [
  ..."assert error getmetatable ipairs load next pairs pcall print rawequal rawget rawset select".split(" "),
  ..."setmetatable tonumber tostring type xpcall".split(" "),
];

/** Instructions between two looks at the clock. */
const LOOK_AFTER = 1000;

/** The longest that a script may keep the thread from other requests, in ms. */
const LONGEST_MS = 100;

/** A script that can be run; made once. */
export interface Chunk {
  readonly reference: number;
}

/** What a script failed with. */
export interface Failure {
  /** With the place behind it: `boom (pre-script:L2)`. */
  readonly text: string;
  /** As the script threw it. */
  readonly thrown: string;
}

const L: LuaState = lauxlib.luaL_newstate();

export function machine(): LuaState {
  return L;
}

const { LUA_REGISTRYINDEX } = lua;

/** Libraries as they came, to be copied for each run. */
const pristine = openLibraries();

function openLibraries(): ReadonlyMap<string, number> {
  useDoubles();
  lauxlib.luaL_requiref(L, bytesOf("_G"), baseLibrary.luaopen_base, 1);
  const found = new Map([["_G", lauxlib.luaL_ref(L, LUA_REGISTRYINDEX)]]);
  const others = {
    table: tableLibrary.luaopen_table,
    string: stringLibrary.luaopen_string,
    math: mathLibrary.luaopen_math,
  };
  for (const [name, open] of Object.entries(others)) {
    lauxlib.luaL_requiref(L, bytesOf(name), open, 0);
    found.set(name, lauxlib.luaL_ref(L, LUA_REGISTRYINDEX));
  }
  return found;
}

/** Compiles; a fault of syntax is thrown with its line. `name` stands in error texts. */
export function compile(text: string, name: string): Chunk {
  load(text, name);
  lua.lua_pop(L, 1);
  // Each run gives the chunk another table of globals, which is why they are a parameter here.
  load(`return function(_ENV) return function(...) ${text}\nend end`, name);
  lua.lua_call(L, 0, 1);
  return { reference: lauxlib.luaL_ref(L, LUA_REGISTRYINDEX) };
}

function load(text: string, name: string): void {
  const bytes = bytesOf(text);
  const status = lauxlib.luaL_loadbufferx(L, bytes, bytes.length, bytesOf(`=${name}`), bytesOf("t"));
  if (status === lua.LUA_OK) return;
  const fault = textAt(L, -1);
  lua.lua_pop(L, 1);
  throw new ScriptFault(placedBehind(fault));
}

/** What a script was ended with. */
function failureOf(): Failure {
  const fault: unknown = lua.lua_touserdata(L, -1);
  const thrown = textAt(L, -1);
  if (fault instanceof RangeError) return { thrown, text: "stack overflow" };
  if (!(fault instanceof Error)) return { thrown, text: placedBehind(thrown) };
  logFault(fault);
  return { thrown, text: "internal error" };
}

/** The globals of a run of scripts that follow each other. */
export class Globals {
  readonly #reference: number;
  readonly #isOpen: boolean;

  /** `isOpen`: with the libraries `string` and `math`. `add` puts further names into the table on top. */
  constructor(isOpen: boolean, add: (L: LuaState) => void) {
    this.#isOpen = isOpen;
    lua.lua_newtable(L);
    copyNames("_G", BASE);
    lua.lua_pushvalue(L, -1);
    lua.lua_setfield(L, -2, bytesOf("_G"));
    alias("load", "loadstring");
    lua.lua_pushstring(L, bytesOf("Lua 5.1"));
    lua.lua_setfield(L, -2, bytesOf("_VERSION"));
    for (const library of isOpen ? ["table", "string", "math"] : ["table"]) copyLibrary(library);
    lua.lua_getfield(L, -1, bytesOf("table"));
    lua.lua_getfield(L, -1, bytesOf("unpack"));
    lua.lua_setfield(L, -3, bytesOf("unpack"));
    lua.lua_pop(L, 1);
    add(L);
    this.#reference = lauxlib.luaL_ref(L, LUA_REGISTRYINDEX);
  }

  /** Runs a script to its end; undefined: without a fault. */
  run(chunk: Chunk, deadline: number): Failure | undefined {
    this.#enter();
    limit(Math.min(deadline, performance.now() + LONGEST_MS));
    lua.lua_rawgeti(L, LUA_REGISTRYINDEX, chunk.reference);
    lua.lua_rawgeti(L, LUA_REGISTRYINDEX, this.#reference);
    lua.lua_call(L, 1, 1);
    const status = lua.lua_pcall(L, 0, 0, 0);
    lua.lua_sethook(L, null, 0, 0);
    const failure = status === lua.LUA_OK ? undefined : failureOf();
    lua.lua_settop(L, 0);
    return failure;
  }

  /** What is compiled while it runs, and methods of strings, find these globals too. */
  #enter(): void {
    lua.lua_rawgeti(L, LUA_REGISTRYINDEX, this.#reference);
    lua.lua_pushvalue(L, -1);
    lua.lua_rawseti(L, LUA_REGISTRYINDEX, lua.LUA_RIDX_GLOBALS);
    lua.lua_pushstring(L, bytesOf(""));
    if (this.#isOpen) {
      lua.lua_newtable(L);
      lua.lua_getfield(L, -3, bytesOf("string"));
      lua.lua_setfield(L, -2, bytesOf("__index"));
    } else lua.lua_pushnil(L);
    lua.lua_setmetatable(L, -2);
    lua.lua_pop(L, 2);
  }

  /** Nothing runs with them any more. */
  end(): void {
    lauxlib.luaL_unref(L, LUA_REGISTRYINDEX, this.#reference);
  }
}

function copyNames(library: string, names: readonly string[]): void {
  lua.lua_rawgeti(L, LUA_REGISTRYINDEX, pristine.get(library)!);
  for (const name of names) {
    lua.lua_getfield(L, -1, bytesOf(name));
    lua.lua_setfield(L, -3, bytesOf(name));
  }
  lua.lua_pop(L, 1);
}

function copyLibrary(name: string): void {
  lua.lua_newtable(L);
  lua.lua_rawgeti(L, LUA_REGISTRYINDEX, pristine.get(name)!);
  lua.lua_pushnil(L);
  while (lua.lua_next(L, -2) !== 0) {
    const key = lua.lua_tolstring(L, -2)!;
    lua.lua_setfield(L, -4, key);
  }
  lua.lua_pop(L, 1);
  lua.lua_setfield(L, -2, bytesOf(name));
}

function alias(name: string, other: string): void {
  lua.lua_getfield(L, -1, bytesOf(name));
  lua.lua_setfield(L, -2, bytesOf(other));
}

function limit(until: number): void {
  const stop = (state: LuaState): void => {
    if (performance.now() < until) return;
    // A script that catches this comes no further than its next instruction.
    lua.lua_sethook(state, stop, lua.LUA_MASKCOUNT, 1);
    lua.lua_pushstring(state, bytesOf("the script takes too long"));
    lua.lua_error(state);
  };
  lua.lua_sethook(L, stop, lua.LUA_MASKCOUNT, LOOK_AFTER);
}

export type { CFunction, LuaState };
