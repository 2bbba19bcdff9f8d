// The decoder of feeds: RSS, Atom or JSON, by what the body begins with. [krakend-rss rss.go,
// mmcdole/gofeed detector.go]
import type { ByteString } from "../bytes.js";
import { decodeObject } from "../json/decode.js";
import { JsonFault } from "../json/fault.js";
import type { JsonReader } from "../json/reader.js";
import { atomFeed } from "./feed-atom.js";
import { jsonFeed } from "./feed-json.js";
import { type Feed, printFeed } from "./feed-print.js";
import { rssFeed } from "./feed-rss.js";
import { feedTree } from "./feed-tree.js";
import { sourceOf } from "./xml-read.js";

/** Reads a feed as `decodeObject` reads a JSON document. */
export function decodeFeed<T>(body: ByteString, read: (json: JsonReader) => T): T | null | JsonFault {
  const feed = feedOf(body);
  return feed instanceof JsonFault ? feed : decodeObject({ body: printFeed(feed) }, read);
}

const LEADING = /^[ \r\n\t\xfe\xff\0\xef\xbb\xbf]*/;

function feedOf(body: ByteString): Feed | JsonFault {
  const start = LEADING.exec(body)?.[0].length ?? 0;
  if (body[start] === "{") return jsonFeed(body.slice(start));
  return body[start] === "<" ? xmlFeed(body) : unknownFeed();
}

function xmlFeed(body: ByteString): Feed | JsonFault {
  const source = sourceOf(body);
  if (source instanceof JsonFault) return unknownFeed();
  const root = feedTree(source);
  if (root instanceof JsonFault) return root.message === "EOF" ? unknownFeed() : root;
  const name = root.name.toLowerCase();
  if (name === "rss" || name === "rdf") return rssFeed(root);
  return name === "feed" ? atomFeed(root) : unknownFeed();
}

function unknownFeed(): JsonFault {
  return new JsonFault("Failed to detect feed type");
}
