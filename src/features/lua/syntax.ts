// Whether a text is a script. The machine is loaded for configurations that have scripts alone: reading its parts
// takes some ten milliseconds.
import { createRequire } from "node:module";
import { placedBehind } from "./runtime-place.js";

/** The part of fengari that is used here; it has no types of its own. */
interface Lua {
  readonly LUA_OK: number;
  lua_tolstring(L: unknown, index: number): Uint8Array | null;
}

interface Auxiliary {
  luaL_newstate(): unknown;
  luaL_loadbufferx(L: unknown, text: Uint8Array, size: number, name: Uint8Array, mode: Uint8Array): number;
}

/** The fault of a script's syntax, `reason (name:L2)`; undefined where it has none. Texts are bytes, as everywhere in Lua. */
export function faultOf(text: string, name: string): string | undefined {
  const require = createRequire(import.meta.url);
  const lua: Lua = require("fengari/src/lua.js");
  const lauxlib: Auxiliary = require("fengari/src/lauxlib.js");
  const L = lauxlib.luaL_newstate();
  const bytes = Buffer.from(text, "latin1");
  const status = lauxlib.luaL_loadbufferx(L, bytes, bytes.length, Buffer.from(`=${name}`), Buffer.from("t"));
  if (status === lua.LUA_OK) return undefined;
  return placedBehind(Buffer.from(lua.lua_tolstring(L, -1) ?? []).toString("latin1"));
}
