// Elements of other namespaces in a feed. [mmcdole/gofeed extparser.go, extensions/]
import type { JsonText } from "../json/text.js";
import { dictionary, list, print, record, text } from "./feed-print.js";
import { attribute, type FeedElement } from "./feed-tree.js";

/** Elements by prefix, then by name. */
export type Extensions = ReadonlyMap<string, ReadonlyMap<string, readonly FeedElement[]>>;

/** Prefixes that namespaces have whatever a feed calls them. */
const CANONICAL = new Map([
  ["http://purl.org/dc/elements/1.1/", "dc"],
  ["http://purl.org/dc/terms/", "dcterms"],
  ["http://purl.org/rss/1.0/modules/content/", "content"],
  ["http://purl.org/rss/1.0/modules/syndication/", "sy"],
  ["http://purl.org/rss/1.0/modules/slash/", "slash"],
  ["http://purl.org/rss/1.0/modules/threading/", "thr"],
  ["http://purl.org/rss/1.0/modules/taxonomy/", "taxo"],
  ["http://www.itunes.com/DTDs/PodCast-1.0.dtd", "itunes"],
  ["http://search.yahoo.com/mrss", "media"],
  ["http://search.yahoo.com/mrss/", "media"],
  ["http://wellformedweb.org/commentAPI/", "wfw"],
  ["http://rssnamespace.org/feedburner/ext/1.0", "feedburner"],
  ["http://www.georss.org/georss", "georss"],
  ["http://www.opengis.net/gml", "gml"],
  ["http://www.w3.org/2003/01/geo/wgs84_pos#", "geo"],
  ["http://web.resource.org/cc/", "cc"],
  ["http://backend.userland.com/creativeCommonsRssModule", "creativeCommons"],
  ["http://webns.net/mvcb/", "admin"],
  ["http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf"],
  ["http://www.w3.org/1999/xhtml", "xhtml"],
  ["http://www.w3.org/1999/xlink", "xlink"],
  ["http://www.w3.org/XML/1998/namespace", "xml"],
  ["http://xmlns.com/foaf/0.1/", "foaf"],
  ["http://podlove.org/simple-chapters", "psc"],
]);

const OWN = new Set(["", "rss", "rdf", "content"]);

/** Whether an element belongs to another namespace than the feed's own. */
export function isExtension(element: FeedElement): boolean {
  const prefix = element.prefixes.get(element.space);
  return prefix === undefined ? element.space !== "" : !OWN.has(prefix);
}

/** The extensions among some elements. */
export function extensionsOf(elements: readonly FeedElement[]): Extensions {
  const found = new Map<string, Map<string, FeedElement[]>>();
  for (const element of elements) {
    if (!isExtension(element)) continue;
    const { space, prefixes, name } = element;
    const prefix = CANONICAL.get(space) ?? prefixes.get(space) ?? space;
    const names = found.get(prefix) ?? new Map<string, FeedElement[]>();
    found.set(prefix, names);
    append(names, name, element);
  }
  return found;
}

function append(map: Map<string, FeedElement[]>, name: string, element: FeedElement): void {
  const known = map.get(name);
  if (known === undefined) map.set(name, [element]);
  else known.push(element);
}

/** All of them as JSON; undefined: there are none. */
export function printExtensions(extensions: Extensions): JsonText | undefined {
  if (extensions.size === 0) return undefined;
  return dictionary(extensions, (names) => dictionary(names, printAll));
}

function printAll(elements: readonly FeedElement[]): JsonText {
  return `[${elements.map(printElement).join(",")}]`;
}

function printElement(element: FeedElement): JsonText {
  const children = new Map<string, FeedElement[]>();
  for (const child of element.children) {
    append(children, child.name, child);
  }
  return record([
    ["name", print(element.name)],
    ["value", print(element.text.trim())],
    ["attrs", dictionary(element.attributes, print)],
    ["children", dictionary(children, printAll)],
  ]);
}

const DUBLIN_CORE =
  "title creator author subject description publisher contributor date type format identifier source language relation coverage rights".split(
    " ",
  );

/** The texts of the elements of one name. */
export function textsOf(extensions: Extensions, prefix: string, name: string): readonly string[] {
  return (extensions.get(prefix)?.get(name) ?? []).map((element) => element.text.trim());
}

/** The text of the first such element; none: "". */
export function textOf(extensions: Extensions, prefix: string, name: string): string {
  return textsOf(extensions, prefix, name)[0] ?? "";
}

/** What Dublin Core says of an item. */
export function printDublinCore(extensions: Extensions): JsonText | undefined {
  if (!extensions.has("dc")) return undefined;
  return record(DUBLIN_CORE.map((name) => [name, list(textsOf(extensions, "dc", name).map(print))]));
}

const PODCAST =
  "author block duration explicit keywords subtitle summary image isClosedCaptioned episode season order episodeType".split(
    " ",
  );

/** What a podcast says of an episode. */
export function printItunes(extensions: Extensions): JsonText | undefined {
  if (!extensions.has("itunes")) return undefined;
  return record(
    PODCAST.map((name) => [
      name,
      text(name === "image" ? itunesImage(extensions) : textOf(extensions, "itunes", name)),
    ]),
  );
}

/** The address of a podcast's image. */
export function itunesImage(extensions: Extensions): string {
  const element = extensions.get("itunes")?.get("image")?.[0];
  return element === undefined ? "" : attribute(element, "href");
}

/** The categories of a podcast, each with the first one below it. */
export function itunesCategories(extensions: Extensions): readonly string[] {
  return (extensions.get("itunes")?.get("category") ?? []).flatMap((category) => {
    const below = category.children.find((child) => child.name === "category");
    const own = attribute(category, "text");
    return below === undefined ? [own] : [own, attribute(below, "text")];
  });
}
