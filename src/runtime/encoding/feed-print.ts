// The parts of a feed as JSON: members in a fixed order, what is empty left out. [mmcdole/gofeed feed.go]
import { type JsonText, quote, utf8 } from "../json/text.js";
import type { Person } from "./feed-text.js";

/** A file that goes with an item. */
export interface Enclosure {
  readonly url: string;
  readonly length: string;
  readonly type: string;
}

/** An item of any kind of feed; "" and [] are left out. */
export interface FeedItem {
  readonly title: string;
  readonly description: string;
  readonly content: string;
  readonly link: string;
  readonly links: readonly string[];
  readonly updated: string;
  readonly updatedParsed: string | undefined;
  readonly published: string;
  readonly publishedParsed: string | undefined;
  readonly author: Person | undefined;
  readonly authors: readonly Person[];
  readonly guid: string;
  readonly image: string;
  readonly categories: readonly string[];
  readonly enclosures: readonly Enclosure[];
  readonly dublinCore: JsonText | undefined;
  readonly itunes: JsonText | undefined;
  readonly extensions: JsonText | undefined;
  readonly custom: ReadonlyMap<string, string>;
}

/** What is told of a feed of any kind. */
export interface Feed {
  readonly type: "rss" | "atom" | "json";
  readonly title: string;
  readonly description: string;
  readonly language: string;
  readonly copyright: string;
  readonly published: string;
  readonly updated: string;
  readonly author: Person | undefined;
  readonly categories: readonly string[] | undefined;
  /** Address of its image; undefined: it has none. */
  readonly image: string | undefined;
  readonly items: readonly FeedItem[];
}

/** The feed as KrakenD's decoder hands it on. [krakend-rss rss.go] */
export function printFeed(feed: Feed): JsonText {
  return record([
    ["author", feed.author === undefined ? "null" : printPerson(feed.author)],
    ["categories", feed.categories === undefined ? "null" : listOf(feed.categories.map(print))],
    ["copyright", print(feed.copyright)],
    ["custom", "null"],
    ["description", print(feed.description)],
    ["img_url", feed.image === undefined ? undefined : print(feed.image)],
    ["items", listOf(feed.items.map(printItem))],
    ["language", print(feed.language)],
    ["published", print(feed.published)],
    ["title", print(feed.title)],
    ["type", print(feed.type)],
    ["updated", print(feed.updated)],
  ]);
}

function printItem(item: FeedItem): JsonText {
  return record([
    ["title", text(item.title)],
    ["description", text(item.description)],
    ["content", text(item.content)],
    ["link", text(item.link)],
    ["links", list(item.links.map(print))],
    ["updated", text(item.updated)],
    ["updatedParsed", item.updatedParsed === undefined ? undefined : print(item.updatedParsed)],
    ["published", text(item.published)],
    ["publishedParsed", item.publishedParsed === undefined ? undefined : print(item.publishedParsed)],
    ["author", item.author === undefined ? undefined : printPerson(item.author)],
    ["authors", list(item.authors.map(printPerson))],
    ["guid", text(item.guid)],
    ["image", item.image === "" ? undefined : record([["url", print(item.image)]])],
    ["categories", list(item.categories.map(print))],
    ["enclosures", list(item.enclosures.map(printEnclosure))],
    ["dcExt", item.dublinCore],
    ["itunesExt", item.itunes],
    ["extensions", item.extensions],
    ["custom", item.custom.size === 0 ? undefined : dictionary(item.custom, print)],
  ]);
}

function printPerson(person: Person): JsonText {
  return record([
    ["name", text(person.name)],
    ["email", text(person.email)],
  ]);
}

function printEnclosure(enclosure: Enclosure): JsonText {
  return record([
    ["url", text(enclosure.url)],
    ["length", text(enclosure.length)],
    ["type", text(enclosure.type)],
  ]);
}

/** A text as a JSON string. */
export function print(value: string): JsonText {
  return quote(utf8(value));
}

/** The same, left out when empty. */
export function text(value: string): JsonText | undefined {
  return value === "" ? undefined : print(value);
}

/** A list, left out when empty. */
export function list(items: readonly JsonText[]): JsonText | undefined {
  return items.length === 0 ? undefined : listOf(items);
}

function listOf(items: readonly JsonText[]): JsonText {
  return `[${items.join(",")}]`;
}

/** An object of the members that are there, in this order. */
export function record(members: readonly (readonly [key: string, value: JsonText | undefined])[]): JsonText {
  const there = members.filter(([, value]) => value !== undefined);
  return `{${there.map(([key, value]) => `"${key}":${value}`).join(",")}}`;
}

/** An object of whatever keys, sorted. */
export function dictionary<Value>(
  map: ReadonlyMap<string, Value>,
  printValue: (value: Value) => JsonText,
): JsonText {
  const members = [...map].map(([key, value]): [string, Value] => [utf8(key), value]);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, value]) => `${quote(key)}:${printValue(value)}`).join(",")}}`;
}
