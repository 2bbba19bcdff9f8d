// The XML decoder: a document becomes an object under the name of its root. Attributes are members
// with `-` before their name, text beside attributes or elements is `#text`, an element that is
// repeated is a list, all scalars are strings. [krakend-xml xml.go, clbanning/mxj xmlToMapParser]
import type { ByteString } from "../bytes.js";
import { decodeObject } from "../json/decode.js";
import { JsonFault } from "../json/fault.js";
import type { JsonReader } from "../json/reader.js";
import { type JsonText, utf8 } from "../json/text.js";
import { type JsonValue, printValue } from "../json/value.js";
import { localName, readXml, sourceOf, type XmlSink } from "./xml-read.js";

/** As deep as JSON may be [encoding/json maxNestingDepth]. */
const RULES = { strict: true, mostDepth: 10_000 };

/** Reads an XML body as `decodeObject` reads a JSON one. */
export function decodeXml<T>(body: ByteString, read: (json: JsonReader) => T): T | null | JsonFault {
  const text = jsonOf(body);
  return text instanceof JsonFault ? text : decodeObject({ body: text }, read);
}

/** The same under `collection`; unlike a JSON one it is no list. */
export function decodeXmlCollection<T>(
  body: ByteString,
  read: (json: JsonReader) => T,
): T | null | JsonFault {
  const text = jsonOf(body);
  return text instanceof JsonFault ? text : decodeObject({ body: `{"collection":${text}}` }, read);
}

function jsonOf(body: ByteString): JsonText | JsonFault {
  const source = sourceOf(body);
  if (source instanceof JsonFault) return withDecoder(source);
  const builder = new Builder();
  const fault = readXml(source, builder, RULES);
  if (fault !== undefined) return fault.message === "EOF" ? fault : withDecoder(fault);
  return printValue(builder.root);
}

function withDecoder(fault: JsonFault): JsonFault {
  return new JsonFault(`xml.Decoder.Token() - ${fault.message}`);
}

interface Element {
  readonly name: ByteString;
  /** Text that came before anything else did. */
  leading: ByteString | undefined;
  readonly members: Map<ByteString, JsonValue>;
}

class Builder implements XmlSink {
  readonly root = new Map<ByteString, JsonValue>();
  readonly #open: Element[] = [];

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    const members = new Map<ByteString, JsonValue>();
    for (const [key, value] of Object.entries(attributes)) {
      members.set(utf8(`-${localName(key)}`), utf8(value));
    }
    this.#open.push({ name: utf8(localName(name)), leading: undefined, members });
  }

  text(text: string): void {
    const element = this.#open.at(-1);
    const trimmed = utf8(trim(text));
    if (element === undefined || trimmed === "") return;
    if (element.members.size > 0) element.members.set("#text", trimmed);
    else element.leading = trimmed;
  }

  close(): void {
    const element = this.#open.pop();
    if (element === undefined) return;
    const parent = this.#open.at(-1)?.members ?? this.root;
    const value = elementValue(element);
    const known = parent.get(element.name);
    if (known === undefined) parent.set(element.name, value);
    else if (Array.isArray(known)) known.push(value);
    else parent.set(element.name, [known, value]);
  }
}

/** Quirk: of text before and after elements only the first piece is kept [mxj xmlToMapParser]. */
function elementValue({ members, leading }: Element): JsonValue {
  if (members.size === 0) return leading ?? "";
  if (leading !== undefined) members.set("#text", leading);
  return members;
}

const BLANK = "\t\r\b\n ";

/** By hand: a regular expression would look at a long run of blanks again from each of them. */
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && BLANK.includes(text[start]!)) start += 1;
  while (end > start && BLANK.includes(text[end - 1]!)) end -= 1;
  return text.slice(start, end);
}
