// The XML writer, and the reply that uses it: no declaration, elements sorted by name, members with
// `-` before their name as attributes. Names are not checked and control characters go out as they
// are, as KrakenD does it. [krakend-xml gin/render.go, clbanning/mxj marshalMapToXmlIndent]
import type { ByteString } from "../bytes.js";
import type { Exchange } from "../exchange.js";
import { document } from "../json/members.js";
import { REPLACEMENT } from "../json/utf8.js";
import { JsonNumber, type JsonValue, parseValue } from "../json/value.js";
import type { Outcome } from "../outcome.js";
import { type Banner, dataHeaders, note } from "../reply.js";
import { textOf } from "./go-text.js";
import { type Details, detailsAt, type GoTypes } from "./go-types.js";

const XML_TYPE = "application/xml";
/** The root of what has no name of its own. */
const ROOT = "doc";
const TEXT = "#text";

/** Sends the data as an XML document. */
export function replyXml(
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
  const headers = dataHeaders(banner, XML_TYPE, outcome, empty, cacheControl);
  x.send(200, headers, value instanceof Map ? writeXml(typed(value, types)) : "");
}

type Members = ReadonlyMap<ByteString, JsonValue>;

/** Quirk: a failure with details is printed as XML of its own, which then is escaped as any text. */
function typed(data: Members, types: GoTypes): Members {
  return new Map(
    [...data].map(([key, value]) => {
      const details = detailsAt(types, key, value);
      return [key, details === undefined ? value : structText(details)];
    }),
  );
}

/** As Go's encoder prints the struct [Go encoding/xml Marshal; lura transport/http/client/status.go]. */
function structText({ status, body, contentType }: Details): ByteString {
  const fields = `<Code>${status}</Code><Msg>${goEscaped(body)}</Msg><Enc>${goEscaped(contentType)}</Enc>`;
  return `<NamedHTTPResponseError>${fields}</NamedHTTPResponseError>`;
}

const GO_ESCAPES = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&#34;"],
  ["'", "&#39;"],
  ["\t", "&#x9;"],
  ["\n", "&#xA;"],
  ["\r", "&#xD;"],
]);

function goEscaped(text: ByteString): ByteString {
  return text.replace(
    /[&<>"'\x00-\x1f]|\xef\xbf[\xbe\xbf]/g,
    (found) => GO_ESCAPES.get(found) ?? REPLACEMENT,
  );
}

/** An element half written: what is still to come of it, and its end tag. */
interface Open {
  readonly rest: Iterator<readonly [name: ByteString, value: JsonValue]>;
  readonly end: string;
}

/**
 * The document. The only member names the root, unless it is a list of other things than objects.
 * Quirk: a list of objects alone becomes one root after the other. Quirk: an attribute that is no
 * scalar is a failure that nobody reports, and nothing is sent.
 */
export function writeXml(data: Members): ByteString {
  const writer = new Writer();
  const [only] = data;
  const named = data.size === 1 && only !== undefined && isRoot(only[1]);
  const [name, value] = named ? only : [ROOT, data as JsonValue];
  return writer.write(name, value);
}

function isRoot(value: JsonValue): boolean {
  return !Array.isArray(value) || value.every((item) => item instanceof Map);
}

class Writer {
  readonly #open: Open[] = [];
  #text = "";
  #failed = false;

  write(root: ByteString, value: JsonValue): ByteString {
    this.#value(root, value);
    for (let open = this.#open.at(-1); open !== undefined; open = this.#open.at(-1)) {
      const next = open.rest.next();
      if (this.#failed) return "";
      if (next.done !== true) this.#value(...next.value);
      else {
        this.#text += open.end;
        this.#open.pop();
      }
    }
    return this.#failed ? "" : this.#text;
  }

  #value(name: ByteString, value: JsonValue): void {
    if (value instanceof Map) this.#object(name, value);
    else if (!Array.isArray(value)) this.#element(name, scalarText(value));
    else if (value.length === 0) this.#text += `<${name}/>`;
    else this.#open.push({ rest: items(name, value), end: "" });
  }

  #element(name: ByteString, text: string): void {
    this.#text += text === "" ? `<${name}/>` : `<${name}>${text}</${name}>`;
  }

  #object(name: ByteString, members: Members): void {
    const keys = [...members.keys()].sort();
    const attributes = keys.filter(isAttribute);
    this.#text += `<${name}${attributes.map((key) => this.#attribute(key, members)).join("")}`;
    if (attributes.length === keys.length) {
      this.#text += "/>";
      return;
    }
    const text = members.get(TEXT);
    this.#text += text === undefined ? ">" : `>${escaped(text)}`;
    const elements = keys.filter((key) => key !== TEXT && !isAttribute(key));
    this.#open.push({ rest: children(elements, members), end: `</${name}>` });
  }

  #attribute(key: ByteString, members: Members): string {
    const value = members.get(key)!;
    this.#failed ||= value === null || (typeof value === "object" && !(value instanceof JsonNumber));
    return ` ${key.slice(1)}="${escaped(value)}"`;
  }
}

function isAttribute(key: ByteString): boolean {
  return key.length > 1 && key.startsWith("-");
}

function* items(name: ByteString, values: readonly JsonValue[]): Generator<readonly [ByteString, JsonValue]> {
  for (const value of values) yield [name, value];
}

function* children(
  keys: readonly ByteString[],
  members: Members,
): Generator<readonly [ByteString, JsonValue]> {
  for (const key of keys) yield [key, members.get(key)!];
}

function scalarText(value: Exclude<JsonValue, JsonValue[] | Map<ByteString, JsonValue>>): string {
  return value === null ? "" : escaped(value);
}

/** Only texts are escaped; others are printed as Go prints them. */
function escaped(value: JsonValue): string {
  if (typeof value !== "string") return textOf(value);
  return value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&apos;");
}
