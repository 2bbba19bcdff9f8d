// RSS of any version. [mmcdole/gofeed rss/parser.go, translator.go DefaultRSSTranslator]
import { feedDate, printDate } from "./feed-date.js";
import {
  type Extensions,
  extensionsOf,
  isExtension,
  itunesCategories,
  itunesImage,
  printDublinCore,
  printExtensions,
  printItunes,
  textOf,
  textsOf,
} from "./feed-extensions.js";
import type { Feed, FeedItem } from "./feed-print.js";
import { feedText, type Person, personOf } from "./feed-text.js";
import { attribute, type FeedElement, resolved } from "./feed-tree.js";

/** A feed whose root is `rss` or `RDF`; items stand in the channel or, in RSS 1.0, beside it. */
export function rssFeed(root: FeedElement): Feed {
  const beside = own(root);
  const channel = last(beside, "channel");
  const within = channel === undefined ? [] : own(channel);
  const extensions = extensionsOf(channel?.children ?? []);
  const image = last(beside, "image") ?? last(within, "image");
  const items = [...named(within, "item"), ...named(beside, "item")];
  const podcastImage = itunesImage(extensions);
  return {
    type: "rss",
    title: textIn(within, "title") || textOf(extensions, "dc", "title"),
    description: textIn(within, "description"),
    language: textIn(within, "language") || textOf(extensions, "dc", "language"),
    copyright: textIn(within, "copyright") || textOf(extensions, "dc", "rights"),
    published: textIn(within, "pubdate"),
    updated: textIn(within, "lastbuilddate") || textOf(extensions, "dc", "date"),
    author: authorOf([textIn(within, "managingeditor"), textIn(within, "webmaster")], extensions),
    categories: orNone(categoriesOf(within, extensions, itunesCategories(extensions))),
    image: image === undefined ? podcastImage || undefined : textIn(own(image), "url"),
    items: items.map(rssItem),
  };
}

const KNOWN = new Set(
  "title description encoded link author comments pubdate source enclosure guid category".split(" "),
);

function rssItem(element: FeedElement): FeedItem {
  const within = own(element);
  const extensions = extensionsOf(element.children);
  const [link, links] = linksOf(within);
  const dublin = textOf(extensions, "dc", "date");
  const published = textIn(within, "pubdate");
  const publishedAt = feedDate(published);
  const author = authorOf([textIn(within, "author")], extensions);
  return {
    title: textIn(within, "title") || textOf(extensions, "dc", "title"),
    description: textIn(within, "description") || textOf(extensions, "dc", "description"),
    content: textOfElement(within.findLast(isContent)),
    link,
    links,
    updated: "",
    updatedParsed: undefined,
    published: published || dublin,
    publishedParsed: publishedAt === undefined ? dateText(dublin) : printDate(publishedAt, true),
    author,
    authors: author === undefined ? [] : [author],
    guid: textIn(within, "guid"),
    image: itunesImage(extensions),
    categories: categoriesOf(within, extensions, []),
    enclosures: named(within, "enclosure").map((enclosure) => ({
      url: attribute(enclosure, "url"),
      length: attribute(enclosure, "length"),
      type: attribute(enclosure, "type"),
    })),
    dublinCore: printDublinCore(extensions),
    itunes: printItunes(extensions),
    extensions: printExtensions(extensions),
    custom: customOf(within),
  };
}

function dateText(text: string): string | undefined {
  const date = feedDate(text);
  return date === undefined ? undefined : printDate(date, false);
}

/** What the feed's own vocabulary does not know, under its name. */
function customOf(within: readonly FeedElement[]): ReadonlyMap<string, string> {
  const unknown = within.filter((element) => !KNOWN.has(element.name.toLowerCase()));
  return new Map(unknown.map((element) => [element.name, feedText(element)]));
}

/** The last link, and all of them; an empty one may have its address in an attribute. */
function linksOf(within: readonly FeedElement[]): readonly [string, readonly string[]] {
  const links = named(within, "link").map((element) => {
    const href = attribute(element, "href");
    return feedText(element) || (href === "" ? "" : (resolved(href, element.base) ?? ""));
  });
  return [links.at(-1) ?? "", links];
}

/** The first of these that names somebody, then Dublin Core, then the podcast. */
function authorOf(texts: readonly string[], extensions: Extensions): Person | undefined {
  const dublin = [textsOf(extensions, "dc", "author"), textsOf(extensions, "dc", "creator")];
  const text = texts.find((each) => each !== "") ?? dublin.find((each) => each.length > 0)?.[0];
  const named = text ?? (textOf(extensions, "itunes", "author") || undefined);
  return named === undefined ? undefined : personOf(named);
}

function categoriesOf(
  within: readonly FeedElement[],
  extensions: Extensions,
  podcast: readonly string[],
): readonly string[] {
  const keywords = textOf(extensions, "itunes", "keywords");
  return [
    ...named(within, "category").map(feedText),
    ...(keywords === "" ? [] : keywords.split(",")),
    ...podcast,
    ...textsOf(extensions, "dc", "subject"),
  ];
}

function orNone(items: readonly string[]): readonly string[] | undefined {
  return items.length === 0 ? undefined : items;
}

function isContent(element: FeedElement): boolean {
  return element.name.toLowerCase() === "encoded" && element.prefixes.get(element.space) === "content";
}

/** The children that are no extensions. */
function own(element: FeedElement): readonly FeedElement[] {
  return element.children.filter((child) => !isExtension(child));
}

function named(elements: readonly FeedElement[], name: string): readonly FeedElement[] {
  return elements.filter((element) => element.name.toLowerCase() === name);
}

function last(elements: readonly FeedElement[], name: string): FeedElement | undefined {
  return elements.findLast((element) => element.name.toLowerCase() === name);
}

function textIn(elements: readonly FeedElement[], name: string): string {
  return textOfElement(last(elements, name));
}

function textOfElement(element: FeedElement | undefined): string {
  return element === undefined ? "" : feedText(element);
}
