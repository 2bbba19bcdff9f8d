import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonFault } from "../json/fault.js";
import { document } from "../json/members.js";
import { fromUtf8, utf8 } from "../json/text.js";
import { decodeXml, decodeXmlCollection } from "./xml.js";

function decoded(xml: string, decode = decodeXml): string {
  return decodedBytes(utf8(xml), decode);
}

function decodedBytes(body: string, decode = decodeXml): string {
  const result = decode(body, (json) => document(json.keepMembers()));
  return result instanceof JsonFault ? `fault: ${result.message}` : fromUtf8(result ?? "null");
}

describe("decodeXml", () => {
  it.each([
    ["<a>x</a>", '{"a":"x"}'],
    ["<a/>", '{"a":""}'],
    ["<a> \n </a>", '{"a":""}'],
    ["<a>\n  x y \t</a>", '{"a":"x y"}'],
    ['<a b=" 1 " c="2"/>', '{"a":{"-b":" 1 ","-c":"2"}}'],
    ['<a b="1">x</a>', '{"a":{"#text":"x","-b":"1"}}'],
    ["<a><b>1</b><c/><b>2</b><b/></a>", '{"a":{"b":["1","2",""],"c":""}}'],
    ["<a>one<b/>two</a>", '{"a":{"#text":"one","b":""}}'],
    ["<a><b/>one<c/>two</a>", '{"a":{"#text":"two","b":"","c":""}}'],
    ["<a>x<!-- c -->y</a>", '{"a":"y"}'],
    ["<a><![CDATA[<b> & ]]></a>", '{"a":"\\u003cb\\u003e \\u0026"}'],
    ["<a>&lt;&amp;&#65;&#x1F600;</a>", '{"a":"\\u003c\\u0026A😀"}'],
    ['<p:a xmlns:p="u" xmlns="v" p:q="r"/>', '{"a":{"-p":"u","-q":"r","-xmlns":"v"}}'],
    ['<?xml version="1.0" encoding="UTF-8"?>\n<a>é</a>', '{"a":"é"}'],
    ["\ufeff \n<?xml version='1.0'?><a/>", '{"a":""}'],
    ["text around <a>x</a> and <b", '{"a":"x"}'],
    ['<!DOCTYPE a [<!ENTITY e "v">]><a>x</a>', '{"a":"x"}'],
    ['<a b="1" b="2"/>', '{"a":{"-b":"2"}}'],
    ["<__proto__><constructor/></__proto__>", '{"__proto__":{"constructor":""}}'],
  ])("%s", (xml, json) => {
    expect(decoded(xml)).toBe(json);
  });

  it.each([
    ["", "EOF"],
    ["just text", "EOF"],
    ['{"a":1}', "EOF"],
    ["<a><b></a>", "xml.Decoder.Token() - XML syntax error on line 1: element <b> closed by </a>"],
    ["<a>\n</b>", "xml.Decoder.Token() - XML syntax error on line 2: element <a> closed by </b>"],
    ["<a>", "xml.Decoder.Token() - XML syntax error on line 1: unexpected EOF"],
    ["<a", "xml.Decoder.Token() - XML syntax error on line 1: unexpected EOF"],
    [
      '<?xml version="1.1"?><a/>',
      'xml.Decoder.Token() - xml: unsupported version "1.1"; only version 1.0 is supported',
    ],
    [
      '<?xml version="1.0" encoding="ebcdic-x"?><a/>',
      'xml.Decoder.Token() - xml: opening charset "ebcdic-x": unsupported charset: "ebcdic-x"',
    ],
  ])("%s is a fault", (xml, message) => {
    expect(decoded(xml)).toBe(`fault: ${message}`);
  });

  it.each([
    ["<a>&nbsp;</a>"],
    ['<!DOCTYPE a [<!ENTITY e "v">]><a>&e;</a>'],
    ["<a b=1/>"],
    ["<a>]]></a>"],
    ["<a>\u0001</a>"],
  ])("%s is a fault, too", (xml) => {
    expect(decoded(xml)).toMatch(/^fault: xml\.Decoder\.Token\(\) - XML syntax error/);
  });

  it("reads the encodings of the web, and refuses what is not in the one declared", () => {
    expect(decodedBytes('<?xml version="1.0" encoding="ISO-8859-1"?><a>caf\xe9 \x80</a>')).toBe(
      '{"a":"café €"}',
    );
    expect(decodedBytes("<a>caf\xe9</a>")).toMatch(/^fault/);
  });

  it("stands the document under `collection`, whatever it is", () => {
    expect(decoded("<a><b/></a>", decodeXmlCollection)).toBe('{"collection":{"a":{"b":""}}}');
  });

  it("refuses what is nested too deep, and expands nothing", () => {
    expect(decoded("<a>".repeat(200_000))).toMatch(/^fault: .*exceeded max depth/);
    const bomb = `<!DOCTYPE a [<!ENTITY x "${"y".repeat(1000)}"><!ENTITY z "&x;&x;&x;">]><a>&z;</a>`;
    expect(decoded(bomb)).toMatch(/^fault/);
  });

  it("takes no longer for blanks and unclosed tags than for anything else", () => {
    const started = performance.now();
    decoded(`<a>${" ".repeat(500_000)}x${" ".repeat(500_000)}</a>`);
    decoded(`<a>${"</b>".repeat(200_000)}`);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it("answers anything with a document or a fault", () => {
    const piece = fc.constantFrom(
      "<a>",
      "</a>",
      "<b c='d'>",
      "</b>",
      "<e/>",
      "&",
      ";",
      "x",
      "<!--",
      "-->",
      "<![CDATA[",
      "]]>",
      "<?",
      "?>",
      '"',
      "=",
      "\n",
      "é",
      "\0",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        expect(decoded(pieces.join(""))).toMatch(/^(?:fault: |\{)/);
      }),
    );
  });
});
