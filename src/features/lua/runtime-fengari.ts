/// <reference path="./runtime-fengari-types.d.ts" />
// biome-ignore-all assist/source/organizeImports: the parts import each other in circles, which resolve when `lua` is the first
// The machine's parts.
import lua from "fengari/src/lua.js";
import lauxlib from "fengari/src/lauxlib.js";
import baseLibrary from "fengari/src/lbaselib.js";
import mathLibrary from "fengari/src/lmathlib.js";
import lobject from "fengari/src/lobject.js";
import lstring from "fengari/src/lstring.js";
import stringLibrary from "fengari/src/lstrlib.js";
import tableLibrary from "fengari/src/ltablib.js";

export type { CFunction, LuaState } from "fengari/src/lua.js";
export { baseLibrary, lauxlib, lobject, lstring, lua, mathLibrary, stringLibrary, tableLibrary };
