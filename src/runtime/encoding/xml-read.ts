// XML as events, with the tolerance of Go's decoder: text around the root, anything after it and an
// XML declaration that does not stand first are fine. Entities of a document's own are never
// expanded, here or there. [Go encoding/xml Decoder]
import { isUtf8 } from "node:buffer";
import { SaxesParser } from "saxes";
import type { ByteString } from "../bytes.js";
import { JsonFault } from "../json/fault.js";
import { utf8 } from "../json/text.js";

/** How a document is walked. */
export interface XmlRules {
  /** The walk ends at what Go's decoder calls a syntax error; else it goes on as well as it can. */
  readonly strict: boolean;
  /** Elements nested deeper are refused. */
  readonly mostDepth: number;
}

/**
 * What is read with tolerance may have so many faults: each end tag that fits nothing makes the
 * parser look through all that is open.
 */
const MOST_FAULTS = 1000;

/** What the events of a document go to. Positions are offsets in `source`. */
export interface XmlSink {
  /** A start tag ends before `position`. */
  open(name: string, attributes: Readonly<Record<string, string>>, position: number): void;
  /** An end tag ends before `position`; an empty element has none. */
  close(position: number, empty: boolean): void;
  /** One run of text between tags, comments and sections. */
  text(text: string): void;
}

/** A document as text, its XML declaration taken off. */
export interface XmlSource {
  readonly text: string;
}

/** Ends the walk once the root is closed; thrown, since the parser knows no other way to stop. */
const ROOT_CLOSED = Symbol("root closed");

const DECLARATION = /^[^<]*<\?xml(?=[\s?])([\s\S]*?)\?>/;
const UTF_8 = /^utf-8$/i;

/** The text of a document in the encoding that it declares; a fault where there is no such encoding. */
export function sourceOf(body: ByteString): XmlSource | JsonFault {
  const declaration = DECLARATION.exec(body);
  const version = declaredValue("version", declaration?.[1]);
  const label = declaredValue("encoding", declaration?.[1]);
  if (version !== undefined && version !== "1.0")
    return new JsonFault(
      `xml: unsupported version ${JSON.stringify(version)}; only version 1.0 is supported`,
    );
  const rest = Buffer.from(body.slice(declaration?.[0].length ?? 0), "latin1");
  if (label === undefined || UTF_8.test(label)) return { text: textOf(rest) };
  try {
    const decoder = new TextDecoder(label);
    // In pieces: asked for the whole, Node 20 takes windows-1252 for latin1.
    return { text: decoder.decode(rest, { stream: true }) + decoder.decode() };
  } catch {
    const name = JSON.stringify(label);
    return new JsonFault(`xml: opening charset ${name}: unsupported charset: ${name}`);
  }
}

function declaredValue(name: string, declaration: string | undefined): string | undefined {
  const found = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(declaration ?? "");
  return (found?.[1] ?? found?.[2]) || undefined;
}

/** Bytes that are not UTF-8 become U+FFFE, which no XML may hold: a fault where they stand. */
function textOf(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  return isUtf8(bytes) ? text : text.replaceAll("\ufffd", "\ufffe");
}

/** Walks up to the end of the root. */
export function readXml(source: XmlSource, sink: XmlSink, rules: XmlRules): JsonFault | undefined {
  const walk = new XmlWalk(source.text, sink, rules);
  try {
    return walk.walk();
  } catch (thrown) {
    if (thrown === ROOT_CLOSED) return undefined;
    if (thrown instanceof JsonFault) return thrown;
    throw thrown;
  }
}

class XmlWalk {
  readonly #parser = new SaxesParser();
  readonly #sink: XmlSink;
  readonly #rules: XmlRules;
  readonly #text: string;
  #depth = 0;
  #rootClosed = false;
  /** The name of the element closed last. */
  #closed = "";
  #ending = false;
  #cutShort = false;
  #faults = 0;

  constructor(text: string, sink: XmlSink, rules: XmlRules) {
    this.#text = text;
    this.#sink = sink;
    this.#rules = rules;
    const parser = this.#parser;
    parser.on("error", (fault) => this.#fault(fault.message));
    parser.on("opentag", (tag) => this.#open(tag.name, tag.attributes));
    parser.on("closetag", (tag) => this.#close(tag.name, tag.isSelfClosing));
    parser.on("text", (text) => this.#characters(text));
    parser.on("cdata", (text) => this.#characters(text));
  }

  walk(): JsonFault | undefined {
    this.#parser.write(this.#text);
    if (this.#rootClosed) return undefined;
    this.#ending = true;
    this.#parser.close();
    return this.#cutShort ? this.#syntaxError("unexpected EOF") : new JsonFault("EOF");
  }

  #open(name: string, attributes: Record<string, string>): void {
    this.#stopAfterRoot();
    this.#depth += 1;
    if (this.#depth > this.#rules.mostDepth) throw this.#syntaxError("exceeded max depth");
    this.#sink.open(name, attributes, this.#parser.position);
  }

  #close(name: string, empty: boolean): void {
    this.#closed = name;
    this.#depth -= 1;
    this.#sink.close(this.#parser.position, empty);
    this.#rootClosed = this.#depth === 0;
  }

  #characters(text: string): void {
    this.#stopAfterRoot();
    if (this.#depth > 0) this.#sink.text(text);
  }

  /** The parser tells that a tag closed the root before it tells that it was the wrong tag. */
  #stopAfterRoot(): void {
    if (this.#rootClosed) throw ROOT_CLOSED;
  }

  #fault(message: string): void {
    const what = message.replace(/^\d+:\d+: /, "");
    if (what.startsWith("unexpected close")) this.#wrongClose();
    else this.#stopAfterRoot();
    if (this.#ending) this.#cutShort ||= !what.startsWith("document must contain");
    else if (this.#rules.strict && !isTolerated(what)) throw this.#syntaxError(goText(what));
    this.#faults += 1;
    if (this.#faults > MOST_FAULTS) throw this.#syntaxError("too many faults");
  }

  #wrongClose(): void {
    if (!this.#rules.strict) return;
    const start = this.#text.lastIndexOf("</", this.#parser.position);
    const name = /[^\s>]*/.exec(this.#text.slice(start + 2, this.#parser.position))?.[0] ?? "";
    throw this.#syntaxError(`element <${localName(this.#closed)}> closed by </${localName(name)}>`);
  }

  #syntaxError(what: string): JsonFault {
    return new JsonFault(`XML syntax error on line ${this.#parser.line}: ${utf8(what)}`);
  }
}

/** What XML forbids and Go's decoder lets pass. */
function isTolerated(what: string): boolean {
  return what.startsWith("text data outside of root") || what.startsWith("duplicate attribute");
}

/** The commonest faults in Go's words. */
function goText(what: string): string {
  const unmatched = /^unmatched closing tag: (.*)\.$/.exec(what)?.[1];
  if (unmatched !== undefined) return `unexpected end element </${unmatched}>`;
  if (what.startsWith("attribute without value")) return "attribute name without = in element";
  if (what.startsWith("unquoted attribute")) return "unquoted or missing attribute value in element";
  if (what.startsWith("the string")) return "unescaped ]]> not in CDATA section";
  return what.replace(/\.$/, "");
}

/** A name without its prefix [Go encoding/xml nsname]. */
export function localName(name: string): string {
  const colon = name.indexOf(":");
  return colon <= 0 || colon === name.length - 1 ? name : name.slice(colon + 1);
}
