// Atom 1.0 and 0.3. [mmcdole/gofeed atom/parser.go, translator.go DefaultAtomTranslator]
import { feedDate, printDate } from "./feed-date.js";
import { extensionsOf, isExtension, printExtensions } from "./feed-extensions.js";
import type { Feed, FeedItem } from "./feed-print.js";
import { decodeEntities, type Person, unwrapSections } from "./feed-text.js";
import { attribute, type FeedElement, resolved } from "./feed-tree.js";

/** A feed whose root is `feed`. */
export function atomFeed(root: FeedElement): Feed {
  const within = own(root);
  const [author] = personsOf(within);
  const logo = textIn(within, "logo");
  const categories = categoriesOf(within);
  return {
    type: "atom",
    title: textIn(within, "title"),
    description: textIn(within, "subtitle", "tagline"),
    language: attribute(root, "lang"),
    copyright: textIn(within, "rights", "copyright"),
    published: "",
    updated: textIn(within, "updated", "modified"),
    author,
    categories: categories.length === 0 ? undefined : categories,
    image: logo === "" ? undefined : logo,
    items: named(within, "entry").map(atomItem),
  };
}

function atomItem(entry: FeedElement): FeedItem {
  const within = own(entry);
  const links = named(within, "link").map(linkOf);
  const authors = personsOf(within);
  const updated = textIn(within, "updated", "modified");
  const published = textIn(within, "published", "issued");
  return {
    title: textIn(within, "title"),
    description: textIn(within, "summary"),
    content: textIn(within, "content"),
    link: links.find(({ rel }) => rel === "alternate")?.href ?? "",
    links: links.filter(({ rel }) => rel === "alternate" || rel === "self").map(({ href }) => href),
    updated,
    updatedParsed: dateText(updated),
    published: published || updated,
    publishedParsed: dateText(published) ?? dateText(updated),
    author: authors[0],
    authors,
    guid: textIn(within, "id"),
    image: "",
    categories: categoriesOf(within),
    enclosures: links
      .filter(({ rel }) => rel === "enclosure")
      .map(({ href, length, type }) => ({ url: href, length, type })),
    dublinCore: undefined,
    itunes: undefined,
    extensions: printExtensions(extensionsOf(entry.children)),
    custom: new Map(),
  };
}

function dateText(text: string): string | undefined {
  const date = feedDate(text);
  return date === undefined ? undefined : printDate(date, true);
}

interface Link {
  readonly href: string;
  readonly rel: string;
  readonly type: string;
  readonly length: string;
}

function linkOf(element: FeedElement): Link {
  const href = attribute(element, "href");
  return {
    href: element.base === undefined ? href : (resolved(href, element.base) ?? ""),
    rel: attribute(element, "rel") || "alternate",
    type: attribute(element, "type"),
    length: attribute(element, "length"),
  };
}

function personsOf(within: readonly FeedElement[]): readonly Person[] {
  return named(within, "author").map(({ children }) => ({
    name: textIn(children, "name"),
    email: textIn(children, "email"),
  }));
}

function categoriesOf(within: readonly FeedElement[]): readonly string[] {
  return named(within, "category").map((element) => attribute(element, "term"));
}

function own(element: FeedElement): readonly FeedElement[] {
  return element.children.filter((child) => !isExtension(child));
}

function named(elements: readonly FeedElement[], name: string): readonly FeedElement[] {
  return elements.filter((element) => element.name.toLowerCase() === name);
}

/** The text of the last element with one of these names. */
function textIn(elements: readonly FeedElement[], ...names: readonly string[]): string {
  const element = elements.findLast((each) => names.includes(each.name.toLowerCase()));
  return element === undefined ? "" : atomText(element);
}

const ADDRESSES = new Set(["icon", "id", "logo", "uri", "url"]);

function atomText(element: FeedElement): string {
  const text = decoded(element);
  const isAddress = ADDRESSES.has(element.name.toLowerCase()) && element.base !== undefined;
  return isAddress ? (resolved(text, element.base) ?? text) : text;
}

/** Quirk: a text of a type that is neither text nor HTML is taken for base64 where it can be. */
function decoded(element: FeedElement): string {
  const type = attribute(element, "type").toLowerCase();
  const inner = element.inner.trim();
  if (inner.includes("<![CDATA[")) return unwrapSections(inner);
  const plain = type === "" && attribute(element, "mode") === "";
  if (plain || type === "text" || type.startsWith("text/")) return decodeEntities(inner);
  if (type.includes("xhtml")) return withoutDivision(inner);
  if (type === "html") return decodeEntities(withoutDivision(inner));
  const isBase64 = inner.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(inner);
  return isBase64 ? Buffer.from(inner, "base64").toString("utf8") : inner;
}

/** The content of the only element where that is a `div`. */
function withoutDivision(text: string): string {
  const content = /^<div(?:\s[^>]*)?>([\s\S]*)<\/div>$/i.exec(text)?.[1];
  if (content === undefined) return text;
  let depth = 0;
  for (const [, close] of content.matchAll(/<(\/)?div[\s>]/gi)) {
    depth += close === undefined ? 1 : -1;
    // Another one begins after the first has ended.
    if (depth < 0) return text;
  }
  return content.trim() === "" ? "" : content;
}
