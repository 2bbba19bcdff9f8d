// The shape options of a backend, interpreted step by step on parsed values: what the generated
// readers are held against. Nothing of the compiler is used. [lura encoding/, proxy/formatter.go]
import { JsonFault } from "../../src/runtime/json/fault.js";
import { type ByteString, utf8 } from "../../src/runtime/json/text.js";
import { type JsonValue, parseValue, printValue } from "../../src/runtime/json/value.js";

/** As written in a configuration. */
export interface ShapeOptions {
  readonly encoding?: string;
  readonly is_collection?: boolean;
  readonly target?: string;
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  readonly mapping?: Readonly<Record<string, string>>;
  readonly group?: string;
}

type Fields = Map<ByteString, JsonValue>;
type Path = readonly ByteString[];

/** null: a response without data; undefined: the body cannot be decoded. */
export type Data = Fields | null | undefined;

/** What a client sees of an answer. */
export interface Reply {
  readonly status: number;
  readonly completed: boolean;
  /** JSON as Go's encoder prints it; empty without an answer. */
  readonly body: string;
}

/** The data that a backend with these options gives for a body. */
export function dataOf(options: ShapeOptions, body: ByteString): Data {
  const decoded = decode(options, body);
  return decoded === undefined ? undefined : formatted(options, decoded);
}

function decode({ encoding = "", is_collection }: ShapeOptions, body: ByteString): Data {
  const decoder = encoding.toLowerCase();
  if (decoder === "string") return new Map([["content", body]]);
  const value = parseValue(body);
  if (value instanceof JsonFault) return undefined;
  if (decoder === "safejson") {
    if (value instanceof Map) return value;
    return new Map([[Array.isArray(value) ? "collection" : "content", value]]);
  }
  if (is_collection === true) {
    return Array.isArray(value) || value === null ? new Map([["collection", value]]) : undefined;
  }
  return value instanceof Map || value === null ? value : undefined;
}

function formatted(options: ShapeOptions, decoded: Fields | null): Fields | null {
  const { target = "", allow = [], deny = [], mapping = {}, group = "" } = options;
  let data = decoded;
  if (target !== "") data = below(data, pathOf(target));
  if (data !== null && allow.length > 0) data = allowed(data, allow.map(pathOf));
  else if (data !== null) data = denied(data, deny.map(pathOf));
  if (data !== null) data = mapped(data, mapping);
  return group === "" ? data : new Map([[utf8(group), data]]);
}

function pathOf(text: string): Path {
  return text.split(".").map(utf8);
}

function below(data: Fields | null, path: Path): Fields {
  const found = path.reduce<JsonValue | undefined>(memberOf, data);
  return found instanceof Map ? found : new Map();
}

function memberOf(value: JsonValue | undefined, key: ByteString): JsonValue | undefined {
  return value instanceof Map ? value.get(key) : undefined;
}

/** Of entries that begin alike only the last counts. */
function allowed(data: Fields, paths: readonly Path[]): Fields {
  const result: Fields = new Map();
  const counting = paths.filter((path, index) => !paths.slice(index + 1).some((later) => begin(path, later)));
  for (const path of counting) {
    const value = path.reduce<JsonValue | undefined>(memberOf, data);
    if (value !== undefined) put(result, path, value);
  }
  return result;
}

/** Whether one of the two is the beginning of the other. */
function begin(one: Path, other: Path): boolean {
  return one.slice(0, other.length).every((key, index) => key === other[index]);
}

function put(fields: Fields, [key = "", ...rest]: Path, value: JsonValue): void {
  if (rest.length === 0) {
    fields.set(key, value);
    return;
  }
  const inner = fields.get(key);
  const next: Fields = inner instanceof Map ? inner : new Map();
  fields.set(key, next);
  put(next, rest, value);
}

function denied(data: Fields, paths: readonly Path[]): Fields {
  const result = new Map(data);
  for (const [key = "", ...rest] of paths) {
    const value = result.get(key);
    if (rest.length === 0) result.delete(key);
    else if (value instanceof Map) result.set(key, denied(value, [rest]));
  }
  return result;
}

/** All at once: KrakenD's order is random. Of several sources the first counts, and before what is there. */
function mapped(data: Fields, mapping: Readonly<Record<string, string>>): Fields {
  const names = new Map(
    Object.entries(mapping).map(([from, to]) => [utf8(from), utf8(to.split(".")[0] ?? "")]),
  );
  const result: Fields = new Map([...data].filter(([key]) => !names.has(key)));
  // The units of a byte string are its bytes, so the order of strings is the order of bytes.
  for (const from of [...names.keys()].sort().reverse()) {
    const value = data.get(from);
    const to = names.get(from);
    if (value !== undefined && to !== undefined && to !== from) result.set(to, value);
  }
  return result;
}

/** What an endpoint replies to the data of its only backend. */
export function replyTo(data: Data): Reply {
  if (data === undefined) return { status: 500, completed: false, body: "" };
  return { status: 200, completed: data !== null && data.size > 0, body: printValue(data) };
}

/** What an endpoint replies to the data of several backends, in the order of their arrival. */
export function mergedReply(arrived: readonly Data[]): Reply {
  const answers = arrived.filter((data) => data !== undefined);
  if (answers.length === 0) return replyTo(undefined);
  // Quirk: an only answer without data stays one [lura proxy/merging.go].
  if (answers.length === 1 && answers[0] === null) return replyTo(null);
  const together: Fields = new Map(answers.flatMap((data) => [...(data ?? [])]));
  const whole = answers.length === arrived.length && !answers.includes(null);
  const reply = replyTo(together);
  return { ...reply, completed: whole && reply.completed };
}
