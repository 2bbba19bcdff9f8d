// The YAML writer, and the reply that uses it: keys sorted, two blanks for each level, lists as far
// to the right as their key. [gin render/yaml.go, goccy/go-yaml]
import type { ByteString } from "../bytes.js";
import type { Exchange } from "../exchange.js";
import { document } from "../json/members.js";
import { JsonNumber, type JsonValue, parseValue } from "../json/value.js";
import type { Outcome } from "../outcome.js";
import { type Banner, dataHeaders, note, replyFailure } from "../reply.js";
import { UpstreamError } from "../upstream-error.js";
import { type Details, detailsAt, type GoTypes, isNilMap } from "./go-types.js";
import { Double, doubled } from "./yaml-double.js";
import { yamlText } from "./yaml-scalar.js";

const YAML_TYPE = "application/yaml; charset=utf-8";
/** A deep document has far more blanks than text: past this many bytes it is not sent. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Sends the data as a YAML document. */
export function replyYaml(
  x: Exchange,
  banner: Banner,
  label: string,
  outcome: Outcome,
  cacheControl?: string,
  types: GoTypes = {},
): void {
  const { data } = outcome;
  if (outcome.error !== undefined) note(x, label, outcome.error);
  const empty = data === null || data === undefined || data === "";
  const value = empty ? new Map<ByteString, JsonValue>() : parseValue(document(data));
  const text = value instanceof Map ? writeYaml(typed(value, types, outcome.doubles ?? [])) : "";
  if (text === undefined) {
    const error = new UpstreamError("too-large", "the answer is too large as YAML");
    return replyFailure(x, banner, label, error);
  }
  x.send(200, dataHeaders(banner, YAML_TYPE, outcome, empty, cacheControl), text);
}

/** Members in an order of their own. */
class Fields {
  readonly entries: readonly Entry[];

  constructor(entries: readonly Entry[]) {
    this.entries = entries;
  }
}

type Node = JsonValue | Fields | Node[] | Map<ByteString, Node>;

/** Values that are of other types in KrakenD than in JSON. */
function typed(
  data: ReadonlyMap<ByteString, JsonValue>,
  types: GoTypes,
  doubles: readonly ByteString[],
): Node {
  return new Map([...data].map(([key, value]) => [key, typedValue(key, value, types, doubles)]));
}

function typedValue(key: ByteString, value: JsonValue, types: GoTypes, doubles: readonly ByteString[]): Node {
  const details = detailsAt(types, key, value);
  if (details !== undefined) return fieldsOf(details);
  if (isNilMap(types, key, value)) return new Map();
  return doubles.includes(key) ? doubled(value) : value;
}

/** Quirk: the struct stands in another one, whose name shows [lura transport/http/client/status.go]. */
function fieldsOf({ status, body, contentType }: Details): Node {
  const fields: Entry[] = [["http_status_code", new Double(status)]];
  if (body !== "") fields.push(["http_body", body]);
  if (contentType !== "") fields.push(["http_body_encoding", contentType]);
  return new Map([["httpresponseerror", new Fields(fields)]]);
}

/** A member of a map, or an item of a list, which has no key. */
type Entry = readonly [key: ByteString | undefined, value: Node];

/** A map or a list half written: what is still to come of it. */
interface Open {
  readonly rest: Iterator<Entry>;
  readonly pad: string;
  /** What stands before the next entry: nothing where its line has begun already. */
  lead: string;
}

/** The document with a line end after it; undefined if it would be too large. */
export function writeYaml(value: Node): ByteString | undefined {
  return new Writer().write(value);
}

class Writer {
  readonly #open: Open[] = [];
  #text = "";

  write(value: Node): ByteString | undefined {
    this.#value(value, "", undefined, false);
    for (let open = this.#open.at(-1); open !== undefined; open = this.#open.at(-1)) {
      if (this.#text.length > MOST_BYTES) return undefined;
      const next = open.rest.next();
      if (next.done === true) {
        this.#open.pop();
        continue;
      }
      this.#text += open.lead;
      open.lead = `\n${open.pad}`;
      this.#entry(next.value, open.pad);
    }
    return `${this.#text}\n`;
  }

  #entry([key, value]: Entry, pad: string): void {
    const below = `${pad}  `;
    if (key === undefined) {
      this.#text += "- ";
      this.#value(value, below, undefined, true);
      return;
    }
    this.#text += `${yamlText(key, below, false)}:`;
    this.#value(value, below, pad, false);
  }

  /** `keyPad` is where the key of the value stands; without one the value goes on in its line. */
  #value(value: Node, pad: string, keyPad: string | undefined, inList: boolean): void {
    const entries = entriesOf(value);
    if (entries === undefined) {
      this.#text += (keyPad === undefined ? "" : " ") + scalar(value, pad, inList);
      return;
    }
    const own = keyPad !== undefined && Array.isArray(value) ? keyPad : pad;
    this.#open.push({ rest: entries, pad: own, lead: keyPad === undefined ? "" : `\n${own}` });
  }
}

/** What a container that is not empty holds; undefined for what is written in one go. */
function entriesOf(value: Node): Iterator<Entry> | undefined {
  if (value instanceof Fields) return value.entries[Symbol.iterator]();
  if (Array.isArray(value)) return value.length === 0 ? undefined : items(value);
  return value instanceof Map && value.size > 0 ? members(value) : undefined;
}

function* items(values: readonly Node[]): Generator<Entry> {
  for (const value of values) yield [undefined, value];
}

function* members(map: ReadonlyMap<ByteString, Node>): Generator<Entry> {
  for (const key of [...map.keys()].sort()) yield [key, map.get(key)!];
}

/** Quirk: a number is a text to KrakenD, and quoted as a text that looks like one. */
function scalar(value: Node, pad: string, inList: boolean): ByteString {
  if (value === null) return "null";
  if (value instanceof Double) return value.text;
  if (value instanceof JsonNumber) return yamlText(value.text, pad, inList);
  if (typeof value === "string") return yamlText(value, pad, inList);
  if (Array.isArray(value)) return "[]";
  return value instanceof Map ? "{}" : String(value);
}
