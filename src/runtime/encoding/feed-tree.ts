// A feed as a tree of elements, with namespaces resolved and the text between tags as it was
// written. [mmcdole/goxpp XMLPullParser, Go encoding/xml Decoder.Token]
import { JsonFault } from "../json/fault.js";
import { localName, readXml, type XmlSink, type XmlSource } from "./xml-read.js";

/** Deeper than any feed, and shallow enough to walk with calls. */
const RULES = { strict: false, mostDepth: 500 };

/** One element of a feed. */
export interface FeedElement {
  /** Without its prefix, as written. */
  readonly name: string;
  /** Its namespace; the prefix itself where nothing declares it. */
  readonly space: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: FeedElement[];
  /** The text directly in it. */
  text: string;
  /** What stands between its tags, as written. */
  inner: string;
  /** Prefixes in lower case by their namespace. */
  readonly prefixes: ReadonlyMap<string, string>;
  /** What relative addresses in it are relative to. */
  readonly base: string | undefined;
}

/** `&` that begins no entity, which a parser of XML would look for the end of far and wide. */
const BARE = /&(?!#?\w{1,32};)/g;
/** What stands for it on the way through the parser: Unicode keeps it free for such uses. */
const STAND_IN = "\ufdd0";

function restored(text: string): string {
  return text.includes(STAND_IN) ? text.replaceAll(STAND_IN, "&") : text;
}

/** The root of a feed; a fault where there is none, or where it does not end. */
export function feedTree(source: XmlSource): FeedElement | JsonFault {
  const text = source.text.replace(BARE, STAND_IN);
  const tree = new Tree(text);
  const fault = readXml({ text }, tree, RULES);
  return fault ?? tree.root ?? new JsonFault("EOF");
}

interface Open {
  readonly element: FeedElement;
  readonly start: number;
  readonly namespaces: ReadonlyMap<string, string>;
}

class Tree implements XmlSink {
  root: FeedElement | undefined;
  readonly #source: string;
  readonly #open: Open[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  open(name: string, written: Readonly<Record<string, string>>, position: number): void {
    const parent = this.#open.at(-1);
    const namespaces = declared(written, parent?.namespaces ?? new Map());
    const colon = name.indexOf(":");
    const prefix = localName(name) === name ? "" : name.slice(0, colon);
    const element: FeedElement = {
      name: localName(name),
      space: namespaces.get(prefix) ?? prefix,
      attributes: new Map(Object.entries(written).map(([key, value]) => [localName(key), restored(value)])),
      children: [],
      text: "",
      inner: "",
      prefixes: prefixesOf(written, parent?.element.prefixes ?? new Map()),
      base: resolved(written["xml:base"], parent?.element.base),
    };
    parent?.element.children.push(element);
    this.root ??= element;
    this.#open.push({ element, start: position, namespaces });
  }

  text(text: string): void {
    const open = this.#open.at(-1);
    if (open !== undefined) open.element.text += restored(text);
  }

  close(position: number, empty: boolean): void {
    const open = this.#open.pop();
    if (open === undefined || empty) return;
    const end = this.#source.lastIndexOf("</", position - 1);
    open.element.inner = restored(this.#source.slice(open.start, end));
  }
}

/** Namespaces by their prefix; the empty prefix is the default. */
function declared(
  written: Readonly<Record<string, string>>,
  outer: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const own = Object.entries(written).flatMap(([key, value]): [string, string][] => {
    if (key === "xmlns") return [["", value.trim()]];
    return key.startsWith("xmlns:") ? [[key.slice("xmlns:".length), value.trim()]] : [];
  });
  return own.length === 0 ? outer : new Map([...outer, ...own]);
}

function prefixesOf(
  written: Readonly<Record<string, string>>,
  outer: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const own = [...declared(written, new Map())].map(([prefix, space]): [string, string] => [
    space,
    prefix.toLowerCase(),
  ]);
  return own.length === 0 ? outer : new Map([...outer, ...own]);
}

/** An address against a base; undefined where one of them is none. */
export function resolved(address: string | undefined, base: string | undefined): string | undefined {
  if (address === undefined || address === "") return base;
  try {
    return new URL(address, base === undefined || base.endsWith("/") ? base : `${base}/`).href;
  } catch {
    return address;
  }
}

/** An attribute by its local name; nothing: "". */
export function attribute(element: FeedElement, name: string): string {
  return element.attributes.get(name) ?? "";
}
