// Headers in scripts, of requests and of answers. [krakend-lua binder.go, proxy/request.go, proxy/response.go]
import { canonicalHeader } from "../../runtime/header-names.js";
import { type Arguments, NOTHING, type Result } from "./runtime-stack.js";
import { LuaList, LuaTable, ScriptFault } from "./runtime-values.js";

/** Names and values in turn. */
export type Fields = string[];

/** `headers()`, `headers(name)`, `headers(name, value)`, `headers(name, nil)`. */
export function headers(fields: Fields, given: Arguments, isExact: boolean): Result {
  if (given.count === 0) return tableOf(fields);
  const name = given.text(1);
  if (given.count === 1) return valuesOf(fields, name, isExact)[0] ?? "";
  const values = given.isNil(2) ? [] : [given.text(2)];
  replace(fields, name, values);
  return NOTHING;
}

/** `headerList(name)`, `headerList(name, list)`. */
export function headerList(fields: Fields, given: Arguments, isExact: boolean): Result {
  const name = given.text(1);
  if (given.count === 1) return new LuaList(valuesOf(fields, name, isExact));
  const list = given.object(2);
  if (!(list instanceof LuaList)) throw new ScriptFault("invalid header value, must be a luaList");
  replace(
    fields,
    name,
    list.toArray().map((each) => (typeof each === "string" ? each : "")),
  );
  return NOTHING;
}

function tableOf(fields: Fields): LuaTable {
  const lists = new Map<string, string[]>();
  for (let index = 0; index < fields.length; index += 2) {
    const name = canonicalHeader(fields[index]!);
    lists.set(name, [...(lists.get(name) ?? []), fields[index + 1]!]);
  }
  return new LuaTable(lists);
}

/** `isExact`: the name must be in Go's canonical form. */
function valuesOf(fields: Fields, name: string, isExact: boolean): string[] {
  const wanted = isExact ? name : canonicalHeader(name);
  return fields.filter((_each, index) => index % 2 === 1 && canonicalHeader(fields[index - 1]!) === wanted);
}

const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const LINE_BREAK = /[\r\n\0]/;

/** A script may hold what a client sent: nothing of it must begin a line of its own. */
function replace(fields: Fields, name: string, values: readonly string[]): void {
  if (!NAME.test(name)) throw new ScriptFault(`net/http: invalid header field name ${JSON.stringify(name)}`);
  if (values.some((value) => LINE_BREAK.test(value)))
    throw new ScriptFault(`net/http: invalid header field value for ${JSON.stringify(name)}`);
  const wanted = canonicalHeader(name);
  const others = fields.filter((_each, index) => canonicalHeader(fields[index & ~1]!) !== wanted);
  fields.splice(0, fields.length, ...others, ...values.flatMap((value) => [wanted, value]));
}
