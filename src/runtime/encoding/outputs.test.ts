import { describe, expect, it } from "vitest";
import { fromUtf8, utf8 } from "../json/text.js";
import { type JsonValue, parseValue } from "../json/value.js";
import { replyJson } from "../reply.js";
import { replyFor } from "./negotiated-output.js";
import { replyXml, writeXml } from "./xml-output.js";
import { replyYaml, writeYaml } from "./yaml-output.js";

const parse = (json: string): JsonValue => parseValue(utf8(json)) as JsonValue;
const xml = (json: string): string => fromUtf8(writeXml(parse(json) as Map<string, JsonValue>));
const yaml = (json: string): string => fromUtf8(writeYaml(parse(json)) ?? "too large");

describe("the XML writer", () => {
  it.each([
    ["{}", "<doc/>"],
    ['{"a":1}', "<a>1</a>"],
    ['{"b":1,"a":true}', "<doc><a>true</a><b>1</b></doc>"],
    ['{"a":[{"b":1},{"b":2}]}', "<a><b>1</b></a><a><b>2</b></a>"],
    ['{"a":[1,{"b":2}]}', "<doc><a>1</a><a><b>2</b></a></doc>"],
    ['{"a":[]}', "<a/>"],
    ['{"a":null}', "<a/>"],
    ['{"a":{"b":null,"c":"","d":{},"e":[]}}', "<a><b/><c/><d/><e/></a>"],
    ['{"a":{"b":[[1,2],[3],null]}}', "<a><b>1</b><b>2</b><b>3</b><b/></a>"],
    ['{"a":{"-y":"<","-x":1.0,"#text":"t"}}', '<a x="1.0" y="&lt;">t</a>'],
    ['{"a":{"-x":true}}', '<a x="true"/>'],
    ['{"a":{"#text":"t","b":1}}', "<a>t<b>1</b></a>"],
    ['{"a":{"#text":{"k":[1,null]},"-":2}}', "<a>map[k:[1 <nil>]]<->2</-></a>"],
    ['{"a":"<>&\\"\'"}', "<a>&lt;&gt;&amp;&quot;&apos;</a>"],
    ['{"a b":"é\\u0007","":1}', "<doc><>1</><a b>é\u0007</a b></doc>"],
    ['{"a":{"-x":null}}', ""],
    ['{"a":{"b":{"-x":[1]}}}', ""],
  ])("%s", (json, text) => {
    expect(xml(json)).toBe(text);
  });

  it("does not recurse", () => {
    const deep = `${'{"a":'.repeat(9000)}1${"}".repeat(9000)}`;
    expect(xml(deep)).toBe(`${"<a>".repeat(9000)}1${"</a>".repeat(9000)}`);
  });
});

describe("the YAML writer", () => {
  it.each([
    ["{}", "{}\n"],
    ['{"b":{"c":[1,"x"]},"a":null}', 'a: null\nb:\n  c:\n  - "1"\n  - x\n'],
    ['{"a":[[1,[2]],[],{"k":1,"l":{"m":[]}}]}', 'a:\n- - "1"\n  - - "2"\n- []\n- k: "1"\n  l:\n    m: []\n'],
    ['{"a":"one\\ntwo"}', "a: |-\n  one\n  two\n"],
    ['{"a":"one\\n\\ntwo\\n"}', "a: |\n  one\n  \n  two\n"],
    ['{"a":["one\\n\\ntwo\\n\\n"]}', "a:\n- |+\n  one\n\n  two\n\n"],
    ['{"a":{"b":"x\\ny"}}', "a:\n  b: |-\n    x\n    y\n"],
  ])("%s", (json, text) => {
    expect(yaml(json)).toBe(text);
  });

  it.each([
    ..."true no Y ~ null - 01 0x1F 0b11 0o7 1.5 .5 1_000 +5 1.5e400 99999999999999999999 -0 12:30".split(" "),
    ...["", " a", "a ", "a:", "a: b", "a - b", "a #b", "a#b", "*a", "{a", "'a", "@a", "`a"],
    ...["2020-01-02", "2020-01-02T03:04:05Z", "2020-01-02 03:04:05", "2024-02-29"],
  ])("%j is quoted", (text) => {
    expect(yaml(JSON.stringify({ a: text }))).toBe(`a: ${JSON.stringify(text)}\n`);
  });

  it.each([
    ..."1e3 .inf .NaN --- = <<  089 0.1.2 _1 -x x- a:b 25:30 2021-02-29 2020-13-02 é 日本".split(/ +/),
    "? x",
    "a, b",
  ])("%j stays plain", (text) => {
    expect(yaml(JSON.stringify({ a: text }))).toBe(`a: ${text}\n`);
  });

  it("escapes between quotes as Go does", () => {
    expect(yaml('{"a":"#\\u0007\\u00a0\\u200b😀\\\\"}')).toBe('a: "#\\a\\u00a0\\u200b😀\\\\"\n');
  });

  it("gives up where blanks would outgrow the document", () => {
    const leaves = Array.from({ length: 30_000 }, (_none, index) => `"k${index}":1`).join(",");
    const deep = `${'{"a":'.repeat(2000)}{${leaves}}${"}".repeat(2000)}`;
    expect(yaml(deep)).toBe("too large");
  });
});

describe("negotiation", () => {
  it.each([
    [undefined, replyJson],
    ["", replyJson],
    ["*/*", replyJson],
    ["application/*", replyJson],
    ["text/html", replyJson],
    ["application/yaml", replyJson],
    ["application/xml2", replyJson],
    ["APPLICATION/XML", replyJson],
    ["application/json*", replyJson],
    ["application/json;q=0.1, application/xml", replyJson],
    ["application/xml", replyXml],
    ["text/html, application/xml;q=0.9, */*;q=0.8", replyXml],
    ["text/plain", replyYaml],
    ["text/*", replyYaml],
    ["text/p", replyYaml],
    ["image/png , application/x-yaml", replyYaml],
  ])("%s", (accept, reply) => {
    expect(replyFor(accept)).toBe(reply);
  });
});
