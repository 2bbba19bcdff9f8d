// JSON feeds: any object counts as one. [mmcdole/gofeed json/feed.go, translator.go DefaultJSONTranslator]
import type { ByteString } from "../bytes.js";
import { JsonFault } from "../json/fault.js";
import { fromUtf8 } from "../json/text.js";
import { JsonNumber, type JsonValue, parseValue } from "../json/value.js";
import { feedDate, printDate } from "./feed-date.js";
import type { Enclosure, Feed, FeedItem } from "./feed-print.js";
import { type Person, personOf } from "./feed-text.js";

type Members = ReadonlyMap<ByteString, JsonValue>;

/** The feed of a JSON document; a fault where a known member has another type than it should. */
export function jsonFeed(body: ByteString): Feed | JsonFault {
  const value = parseValue(body);
  if (!(value instanceof Map)) return new JsonFault("Failed to detect feed type");
  try {
    return feedOf(value);
  } catch (fault) {
    if (fault instanceof JsonFault) return fault;
    throw fault;
  }
}

function feedOf(feed: Members): Feed {
  const items = objects(feed, "items").map(itemOf);
  const icon = text(feed, "icon");
  return {
    type: "json",
    title: text(feed, "title"),
    description: text(feed, "description"),
    language: text(feed, "language"),
    copyright: "",
    published: items[0]?.published ?? "",
    updated: items[0]?.updated ?? "",
    author: authorOf(feed),
    categories: undefined,
    image: icon === "" ? undefined : icon,
    items,
  };
}

function itemOf(item: Members): FeedItem {
  const author = authorOf(item);
  const authors = objects(item, "authors").map((each) => personOf(text(each, "name")));
  const updated = text(item, "date_modified");
  const published = text(item, "date_published");
  return {
    title: text(item, "title"),
    description: text(item, "summary"),
    content: text(item, "content_html") || text(item, "content_text"),
    link: text(item, "url"),
    links: [text(item, "url"), text(item, "external_url")].filter((link) => link !== ""),
    updated,
    updatedParsed: dateText(updated),
    published,
    publishedParsed: dateText(published),
    author,
    authors: authors.length === 0 && author !== undefined ? [author] : authors,
    guid: text(item, "id"),
    image: text(item, "image") || text(item, "banner_image"),
    categories: texts(item, "tags"),
    enclosures: objects(item, "attachments").map(enclosureOf),
    dublinCore: undefined,
    itunes: undefined,
    extensions: undefined,
    custom: new Map(),
  };
}

/** Quirk: the length of a file is how long it takes to play. */
function enclosureOf(attachment: Members): Enclosure {
  const seconds = attachment.get("duration_in_seconds");
  return {
    url: text(attachment, "url"),
    length: seconds instanceof JsonNumber ? seconds.text : "0",
    type: text(attachment, "mime_type"),
  };
}

function dateText(written: string): string | undefined {
  const date = feedDate(written);
  return date === undefined ? undefined : printDate(date, false);
}

function authorOf(owner: Members): Person | undefined {
  const author = owner.get("author") ?? null;
  if (author === null) return undefined;
  if (!(author instanceof Map)) throw wrongType("author");
  return personOf(text(author, "name"));
}

function text(owner: Members, key: string): string {
  const value = owner.get(key) ?? null;
  if (value === null) return "";
  if (typeof value !== "string") throw wrongType(key);
  return fromUtf8(value);
}

function texts(owner: Members, key: string): readonly string[] {
  return listOf(owner, key).map((item) => {
    if (typeof item !== "string") throw wrongType(key);
    return fromUtf8(item);
  });
}

function objects(owner: Members, key: string): readonly Members[] {
  return listOf(owner, key).map((item) => {
    if (!(item instanceof Map)) throw wrongType(key);
    return item;
  });
}

function listOf(owner: Members, key: string): readonly JsonValue[] {
  const value = owner.get(key) ?? null;
  if (value === null) return [];
  if (!Array.isArray(value)) throw wrongType(key);
  return value;
}

function wrongType(key: string): JsonFault {
  return new JsonFault(`json.Feed: ${key} has another type than a JSON feed gives it`);
}
