// Texts of a feed: what stands between two tags, entities and all. [mmcdole/gofeed parseutils.go]
import { decodeHTML } from "entities";
import type { FeedElement } from "./feed-tree.js";

const CDATA_START = "<![CDATA[";
const CDATA_END = "]]>";

/** The text of an element, with entities decoded or sections unwrapped. */
export function feedText(element: FeedElement): string {
  const inner = element.inner.trim();
  return inner.includes(CDATA_START) ? unwrapSections(inner) : decodeEntities(inner);
}

/** Quirk: text before a section is lost, and after the first section too much is skipped. */
export function unwrapSections(text: string): string {
  let result = "";
  for (let at = 0; at < text.length; ) {
    const start = text.indexOf(CDATA_START, at);
    const end = start < 0 ? -1 : text.indexOf(CDATA_END, start);
    if (end < 0) return result + decodeEntities(text.slice(at));
    result += text.slice(start + CDATA_START.length, end);
    at += end + CDATA_END.length;
  }
  return result;
}

/** Entities of HTML; what looks like none ends the decoding. */
export function decodeEntities(text: string): string {
  let result = "";
  let at = 0;
  for (let found = text.indexOf("&"); found >= 0; found = text.indexOf("&", at)) {
    const end = text.indexOf(";", found);
    if (end < 0 || text.slice(found, end).includes(" ")) break;
    result += text.slice(at, found) + decodeHTML(text.slice(found, end + 1));
    at = end + 1;
  }
  return result + text.slice(at);
}

/** A person: `jo@example.com (Jo)`, `Jo (jo@example.com)`, a name or an address alone. */
export interface Person {
  readonly name: string;
  readonly email: string;
}

/** Longer texts name nobody; the patterns would take long to find that out. */
const MOST_NAME = 1000;

/** Who is meant by a text; neither name nor address where it has another form. */
export function personOf(text: string): Person {
  if (text.length > MOST_NAME) return { name: "", email: "" };
  const emailFirst = /^([^@]+@\S+)\s+\(([^@]+)\)$/.exec(text);
  if (emailFirst !== null) return { name: emailFirst[2]!, email: emailFirst[1]! };
  const nameFirst = /^([^@]+)\s+\(([^@]+@[^)]+)\)$/.exec(text);
  if (nameFirst !== null) return { name: nameFirst[1]!, email: nameFirst[2]! };
  if (/^[^@()]+$/.test(text)) return { name: text, email: "" };
  return { name: "", email: /^[^@()]+@[^@()]+$/.test(text) ? text : "" };
}
