// The part of fengari that is used; it has no types of its own.

declare module "fengari/src/lua.js" {
  /** A state, or a thread of one. */
  export interface LuaState {
    readonly __state: never;
  }
  /** A string of Lua: bytes. */
  export type LuaString = Uint8Array;
  export type CFunction = (L: LuaState) => number;
  export type Hook = (L: LuaState) => void;
  const lua: {
    readonly LUA_OK: number;
    readonly LUA_TNONE: number;
    readonly LUA_TNIL: number;
    readonly LUA_TBOOLEAN: number;
    readonly LUA_TNUMBER: number;
    readonly LUA_TSTRING: number;
    readonly LUA_TTABLE: number;
    readonly LUA_TUSERDATA: number;
    readonly LUA_MASKCOUNT: number;
    readonly LUA_MULTRET: number;
    readonly LUA_REGISTRYINDEX: number;
    readonly LUA_RIDX_GLOBALS: number;
    lua_call(L: LuaState, args: number, results: number): void;
    lua_pcall(L: LuaState, args: number, results: number, handler: number): number;
    lua_error(L: LuaState): never;
    lua_getfield(L: LuaState, index: number, key: LuaString): number;
    lua_getglobal(L: LuaState, name: LuaString): number;
    lua_gettop(L: LuaState): number;
    lua_settop(L: LuaState, index: number): void;
    lua_pop(L: LuaState, count: number): void;
    lua_newtable(L: LuaState): void;
    lua_newuserdata(L: LuaState, size: number): { value?: unknown };
    lua_touserdata(L: LuaState, index: number): { value?: unknown } | null;
    lua_next(L: LuaState, index: number): number;
    lua_pushboolean(L: LuaState, value: boolean): void;
    lua_pushcfunction(L: LuaState, call: CFunction): void;
    lua_pushnil(L: LuaState): void;
    lua_pushnumber(L: LuaState, value: number): void;
    lua_pushstring(L: LuaState, bytes: LuaString): void;
    lua_pushvalue(L: LuaState, index: number): void;
    lua_rawgeti(L: LuaState, index: number, key: number): number;
    lua_rawseti(L: LuaState, index: number, key: number): void;
    lua_setfield(L: LuaState, index: number, key: LuaString): void;
    lua_setmetatable(L: LuaState, index: number): void;
    lua_sethook(L: LuaState, hook: Hook | null, mask: number, count: number): void;
    lua_toboolean(L: LuaState, index: number): boolean;
    lua_tonumber(L: LuaState, index: number): number;
    lua_tolstring(L: LuaState, index: number): LuaString | null;
    lua_type(L: LuaState, index: number): number;
    lua_absindex(L: LuaState, index: number): number;
    lua_isinteger(L: LuaState, index: number): boolean;
  };
  export default lua;
}

declare module "fengari/src/lauxlib.js" {
  import type { CFunction, LuaState, LuaString } from "fengari/src/lua.js";

  const lauxlib: {
    readonly LUA_NOREF: number;
    luaL_checkstack(L: LuaState, space: number, message: LuaString | null): void;
    luaL_newstate(): LuaState;
    luaL_loadbufferx(
      L: LuaState,
      text: LuaString,
      size: number,
      name: LuaString,
      mode: LuaString | null,
    ): number;
    luaL_newmetatable(L: LuaState, name: LuaString): number;
    luaL_setmetatable(L: LuaState, name: LuaString): void;
    luaL_ref(L: LuaState, table: number): number;
    luaL_requiref(L: LuaState, name: LuaString, open: CFunction, global: number): void;
    luaL_tolstring(L: LuaState, index: number): LuaString;
    luaL_unref(L: LuaState, table: number, reference: number): void;
    luaL_where(L: LuaState, level: number): void;
  };
  export default lauxlib;
}

declare module "fengari/src/lobject.js" {
  import type { LuaState, LuaString } from "fengari/src/lua.js";

  /** A value, in place. */
  interface Value {
    readonly value: unknown;
    setfltvalue(value: number): void;
    setivalue(value: number): void;
    setsvalue(value: unknown): void;
    ttisinteger(): boolean;
  }
  /** They call each other through this object, so that what is put in it counts everywhere. */
  const lobject: {
    luaO_str2num(text: LuaString, into: Value): number;
    luaO_tostring(L: LuaState, value: Value): void;
    luaO_pushvfstring(L: LuaState, format: LuaString, args: readonly unknown[]): LuaString;
  };
  export default lobject;
}

declare module "fengari/src/lstring.js" {
  import type { LuaState, LuaString } from "fengari/src/lua.js";

  const lstring: { luaS_bless(L: LuaState, bytes: LuaString): unknown };
  export default lstring;
}

declare module "fengari/src/lbaselib.js" {
  import type { CFunction } from "fengari/src/lua.js";

  const library: { readonly luaopen_base: CFunction };
  export default library;
}

declare module "fengari/src/ltablib.js" {
  import type { CFunction } from "fengari/src/lua.js";

  const library: { readonly luaopen_table: CFunction };
  export default library;
}

declare module "fengari/src/lstrlib.js" {
  import type { CFunction } from "fengari/src/lua.js";

  const library: { readonly luaopen_string: CFunction };
  export default library;
}

declare module "fengari/src/lmathlib.js" {
  import type { CFunction } from "fengari/src/lua.js";

  const library: { readonly luaopen_math: CFunction };
  export default library;
}
