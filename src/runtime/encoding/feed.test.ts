import { describe, expect, it } from "vitest";
import { JsonFault } from "../json/fault.js";
import { document } from "../json/members.js";
import { fromUtf8, utf8 } from "../json/text.js";
import { decodeFeed } from "./feed.js";
import { feedDate, printDate } from "./feed-date.js";

type Json = Record<string, unknown>;

function decoded(body: string): Json {
  const result = decodeFeed(utf8(body), (json) => document(json.keepMembers()));
  if (result instanceof JsonFault) return { fault: result.message };
  return JSON.parse(fromUtf8(result ?? "null")) as Json;
}

const EMPTY = {
  author: null,
  categories: null,
  copyright: "",
  custom: null,
  description: "",
  items: [],
  language: "",
  published: "",
  title: "",
  updated: "",
};

const SPACES =
  'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:itunes="http://www.itunes.com/DTDs/PodCast-1.0.dtd" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"';

function item(xml: string): Json {
  const { items } = decoded(`<rss ${SPACES}><channel><item>${xml}</item></channel></rss>`);
  return (items as Json[])[0]!;
}

describe("an RSS feed", () => {
  it("tells of itself", () => {
    const channel =
      '<title>T &amp; &eacute; & U</title><description><![CDATA[<b>x</b>]]></description><language>en</language><copyright>c</copyright><managingEditor>jo@example.com (Jo)</managingEditor><pubDate>p</pubDate><lastBuildDate>l</lastBuildDate><category>A</category><itunes:category text="B"><itunes:category text="C"/></itunes:category><image><url>http://example.com/i.png</url></image>';
    expect(decoded(`<rss ${SPACES}><channel>${channel}</channel></rss>`)).toEqual({
      ...EMPTY,
      type: "rss",
      title: "T & é & U",
      description: "<b>x</b>",
      language: "en",
      copyright: "c",
      author: { name: "Jo", email: "jo@example.com" },
      published: "p",
      updated: "l",
      categories: ["A", "B", "C"],
      img_url: "http://example.com/i.png",
    });
  });

  it("has items", () => {
    const xml =
      '<title>I</title><description>d</description><content:encoded><![CDATA[<p>]]></content:encoded><link>http://example.com/1</link><author>Bob (bob@example.com)</author><guid>g</guid><pubDate>Mon, 02 Jan 2006 15:04:05 -0700</pubDate><category>c</category><enclosure url="u" length="1" type="t"/><foo>bar</foo>';
    const person = { name: "Bob", email: "bob@example.com" };
    expect(item(xml)).toEqual({
      title: "I",
      description: "d",
      content: "<p>",
      link: "http://example.com/1",
      links: ["http://example.com/1"],
      published: "Mon, 02 Jan 2006 15:04:05 -0700",
      publishedParsed: "2006-01-02T22:04:05Z",
      author: person,
      authors: [person],
      guid: "g",
      categories: ["c"],
      enclosures: [{ url: "u", length: "1", type: "t" }],
      custom: { foo: "bar" },
    });
  });

  it("falls back to what other vocabularies say", () => {
    const xml =
      '<dc:title>D</dc:title><dc:creator>Carl</dc:creator><dc:date>2006-01-02T15:04:05+02:00</dc:date><itunes:image href="i"/><itunes:keywords>k,l</itunes:keywords><media:x a="1"><media:y>z</media:y></media:x>';
    expect(item(xml)).toMatchObject({
      title: "D",
      author: { name: "Carl" },
      published: "2006-01-02T15:04:05+02:00",
      publishedParsed: "2006-01-02T15:04:05+02:00",
      image: { url: "i" },
      categories: ["k", "l"],
      dcExt: { title: ["D"], creator: ["Carl"], date: ["2006-01-02T15:04:05+02:00"] },
      itunesExt: { keywords: "k,l", image: "i" },
      extensions: {
        media: {
          x: [
            {
              name: "x",
              value: "",
              attrs: { a: "1" },
              children: { y: [{ name: "y", value: "z", attrs: {}, children: {} }] },
            },
          ],
        },
      },
    });
  });

  it("may be RDF, with its items beside the channel", () => {
    const rdf =
      '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel><title>R</title></channel><item><title>one</title></item></rdf:RDF>';
    expect(decoded(rdf)).toEqual({ ...EMPTY, type: "rss", title: "R", items: [{ title: "one" }] });
  });
});

describe("an Atom feed", () => {
  it("has the same form", () => {
    const atom =
      '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title type="html">A &lt;b&gt;</title><subtitle>s</subtitle><updated>2003-12-13T18:30:02Z</updated><author><name>John</name><email>j@example.com</email></author><logo>l</logo><category term="t"/><entry><title>E</title><link href="http://example.com/1"/><link rel="enclosure" href="x.mp3" type="audio/mpeg" length="3"/><id>urn:2</id><updated>2003-12-13T18:30:02.25+01:00</updated><content type="xhtml"><div>hi <b>x</b></div></content></entry></feed>';
    expect(decoded(atom)).toEqual({
      ...EMPTY,
      type: "atom",
      title: "A <b>",
      description: "s",
      language: "de",
      updated: "2003-12-13T18:30:02Z",
      author: { name: "John", email: "j@example.com" },
      categories: ["t"],
      img_url: "l",
      items: [
        {
          title: "E",
          content: "hi <b>x</b>",
          link: "http://example.com/1",
          links: ["http://example.com/1"],
          updated: "2003-12-13T18:30:02.25+01:00",
          updatedParsed: "2003-12-13T17:30:02.25Z",
          published: "2003-12-13T18:30:02.25+01:00",
          publishedParsed: "2003-12-13T17:30:02.25Z",
          guid: "urn:2",
          enclosures: [{ url: "x.mp3", length: "3", type: "audio/mpeg" }],
        },
      ],
    });
  });
});

describe("a JSON feed", () => {
  it("may be any object", () => {
    expect(decoded('{"id":42}')).toEqual({ ...EMPTY, type: "json" });
    const feed =
      '{"title":"J","author":{"name":"N"},"items":[{"id":"1","url":"u","content_text":"c","date_published":"2010-02-07T14:04:00-05:00","tags":["a"],"attachments":[{"url":"x","mime_type":"m","duration_in_seconds":5}]}]}';
    expect(decoded(feed)).toEqual({
      ...EMPTY,
      type: "json",
      title: "J",
      author: { name: "N" },
      published: "2010-02-07T14:04:00-05:00",
      items: [
        {
          content: "c",
          link: "u",
          links: ["u"],
          published: "2010-02-07T14:04:00-05:00",
          publishedParsed: "2010-02-07T14:04:00-05:00",
          guid: "1",
          categories: ["a"],
          enclosures: [{ url: "x", length: "5", type: "m" }],
        },
      ],
    });
  });

  it("is none when a known member has another type", () => {
    expect(decoded('{"items":[{"id":1}]}')).toHaveProperty("fault");
  });
});

describe("what is no feed", () => {
  it.each(["", "  ", "[]", "text", "{", "<html><body>x</body></html>"])("%j", (body) => {
    expect(decoded(body)).toEqual({ fault: "Failed to detect feed type" });
  });

  it("is refused when it is too deep, or breaks off", () => {
    expect(decoded("<rss>".repeat(100_000))).toHaveProperty("fault");
    expect(decoded("<rss><channel><title>x</title>")).toHaveProperty("fault");
  });

  it("takes no longer than a feed of its size", () => {
    const started = performance.now();
    decoded(`<rss><channel>${"<a>".repeat(400)}${"</b>".repeat(200_000)}`);
    decoded(`<rss><channel><title>${"&".repeat(300_000)}</title></channel></rss>`);
    decoded(`<rss><channel><webMaster>a${" ".repeat(300_000)}</webMaster></channel></rss>`);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe("dates", () => {
  it.each([
    ["Mon, 02 Jan 2006 15:04:05 GMT", "2006-01-02T15:04:05Z"],
    ["Mon, 02 Jan 2006 15:04:05 EST", "2006-01-02T15:04:05Z"],
    ["Monday, 02-Jan-06 15:04:05 MST", "2006-01-02T15:04:05Z"],
    ["2 Jan 2006 15:04:05 +0130", "2006-01-02T15:04:05+01:30"],
    ["Mon Jan  2 15:04:05 2006", "2006-01-02T15:04:05Z"],
    ["January 2, 2006 3:04 PM", "2006-01-02T15:04:00Z"],
    ["2006-01-02T15:04:05.120Z", "2006-01-02T15:04:05.12Z"],
    ["2006-01-02", "2006-01-02T00:00:00Z"],
    ["13/2/2006", "2006-02-13T00:00:00Z"],
    ["2/13/2006", "2006-02-13T00:00:00Z"],
  ])("%s", (text, printed) => {
    const date = feedDate(text);
    expect(date === undefined ? undefined : printDate(date, false)).toBe(printed);
  });

  it.each([
    "",
    "soon",
    "2006-13-02",
    "Mon, 31 Feb 2006 15:04:05 GMT",
    "Mon, 02 Jan 2006 25:04:05 GMT",
  ])("%j is none", (text) => {
    expect(feedDate(text)).toBeUndefined();
  });
});
