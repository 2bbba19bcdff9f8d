// The names that scripts know beside Lua's own. [krakend-lua binder.go]

import { fromUtf8 } from "../../runtime/json/text.js";
import { standardOutput } from "../../runtime/lines.js";
import { type LuaState, lua } from "./runtime-fengari.js";
import { machine } from "./runtime-machine.js";
import { defineRequest, type ScriptRequest } from "./runtime-request.js";
import { defineResponse, type ScriptResponse } from "./runtime-response.js";
import {
  type Arguments,
  bytesOf,
  defineMethods,
  functionOf,
  NOTHING,
  type Result,
  textAt,
} from "./runtime-stack.js";
import { handOver, LuaList, LuaNil, LuaTable, ScriptFault } from "./runtime-values.js";

/** The last `custom_error` of a run; the text is what the script fails with. */
export interface Thrown {
  custom:
    | { readonly text: string; readonly status: number; readonly contentType: string | undefined }
    | undefined;
}

interface Names {
  readonly request: ScriptRequest;
  readonly response: () => ScriptResponse | undefined;
}

let isDefined = false;

/** The methods of all objects; once is enough. */
export function defineAll(): void {
  if (isDefined) return;
  isDefined = true;
  const L = machine();
  defineRequest(L);
  defineResponse(L);
  defineMethods(L, LuaNil, {});
  defineTable(L);
  defineList(L);
}

function defineTable(L: LuaState): void {
  defineMethods(L, LuaTable, {
    get: ({ members }, given) => {
      const value = members.get(given.text(1));
      return value === undefined ? NOTHING : handOver(value);
    },
    set: ({ members }, given) => {
      const value = given.value(2);
      if (value !== undefined) members.set(given.text(1), value);
      return NOTHING;
    },
    len: ({ members }) => members.size,
    del: ({ members }, given) => {
      members.delete(given.text(1));
      return NOTHING;
    },
    keys: (self) => self.keys(),
    keyExists: ({ members }, given) => members.has(given.text(1)),
  });
}

function defineList(L: LuaState): void {
  defineMethods(L, LuaList, {
    get: (self, given) => {
      const value = self.get(Math.trunc(given.number(1)));
      return value === undefined ? null : handOver(value);
    },
    set: (self, given) => {
      const value = given.value(2);
      if (value !== undefined) self.set(Math.trunc(given.number(1)), value);
      return NOTHING;
    },
    len: (self) => self.length,
    del: (self, given) => {
      self.delete(Math.trunc(given.number(1)));
      return NOTHING;
    },
  });
}

/** Puts the names into the table on top of the stack. */
export function addNames(L: LuaState, { request, response }: Names, thrown: Thrown): void {
  addObject(L, "request", { load: () => request });
  addObject(L, "response", {
    load: () => {
      const found = response();
      if (found === undefined) throw new ScriptFault("there is no response yet");
      return found;
    },
  });
  addObject(L, "luaTable", { new: () => new LuaTable() });
  addObject(L, "luaList", { new: () => new LuaList() });
  addObject(L, "luaNil", { new: () => new LuaNil() });
  addFunction(L, "print", print);
  lua.lua_pushcfunction(L, (state) => {
    const text = customError(state, thrown);
    lua.lua_pushstring(state, bytesOf(text));
    return lua.lua_error(state);
  });
  lua.lua_setfield(L, -2, bytesOf("custom_error"));
}

type Call = (given: Arguments) => Result;

function addObject(L: LuaState, name: string, functions: Readonly<Record<string, Call>>): void {
  lua.lua_newtable(L);
  for (const [each, call] of Object.entries(functions)) addFunction(L, each, call);
  lua.lua_setfield(L, -2, bytesOf(name));
}

function addFunction(L: LuaState, name: string, call: Call): void {
  lua.lua_pushcfunction(L, functionOf(call));
  lua.lua_setfield(L, -2, bytesOf(name));
}

/** To the standard output, where the log goes too. */
function print(given: Arguments): Result {
  const texts = Array.from({ length: given.count }, (_each, index) => given.shown(index + 1));
  standardOutput.write(`${texts.join("\t")}\n`);
  return NOTHING;
}

/** `custom_error(text)`, `custom_error(text, status)`, `custom_error(text, status, content type)`. */
function customError(L: LuaState, thrown: Thrown): string {
  const count = lua.lua_gettop(L);
  if (count === 0) return "need arguments";
  const text = textAt(L, 1);
  const hasStatus = count > 1 && lua.lua_type(L, 2) === lua.LUA_TNUMBER;
  if (count > 1 && !hasStatus) return "bad argument #2 to custom_error (number expected)";
  const status = hasStatus ? statusOf(lua.lua_tonumber(L, 2)) : 0;
  thrown.custom = { text, status, contentType: count > 2 ? fromUtf8(textAt(L, 3)) : undefined };
  return text;
}

/** Quirk: any status is taken; what HTTP does not know is 500. */
function statusOf(number: number): number {
  const status = Math.trunc(number);
  return status >= 200 && status <= 599 ? status : 0;
}
