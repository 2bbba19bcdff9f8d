import { describe, expect, it } from "vitest";
import type { Exchange } from "../exchange.js";
import { fromUtf8, utf8 } from "../json/text.js";
import { type JsonValue, parseValue } from "../json/value.js";
import { Outcome } from "../outcome.js";
import { BANNER, replyJson } from "../reply.js";
import type { GoTypes } from "./go-types.js";
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

/** What a reply writes of some data. */
function body(reply: typeof replyXml, data: string, types: GoTypes, doubles: string[] = []): string {
  let sent = "";
  const send = (_status: number, _headers: unknown, text: string): void => {
    sent = text;
  };
  const x = { send };
  reply(
    x as unknown as Exchange,
    BANNER,
    "",
    new Outcome(data, true, undefined, undefined, doubles),
    undefined,
    types,
  );
  return sent;
}

describe("values that KrakenD does not hold as JSON", () => {
  const types: GoTypes = {
    details: ["error_a"],
    groups: ["g"],
  };
  const failure = (members: string): string => `,"error_a":{${members}}`;
  const whole = failure(
    '"http_status_code":404,"http_body":"<a>\\t\\"b\\"","http_body_encoding":"text/html"',
  );

  it("print a failure as the struct it is", () => {
    expect(body(replyYaml, whole, types)).toBe(
      'error_a:\n  httpresponseerror:\n    http_status_code: 404\n    http_body: "<a>\\t\\"b\\""\n    http_body_encoding: text/html\n'.replace(
        '"<a>\\t\\"b\\""',
        '<a>\t"b"',
      ),
    );
    expect(body(replyYaml, failure('"http_status_code":500'), types)).toBe(
      "error_a:\n  httpresponseerror:\n    http_status_code: 500\n",
    );
    expect(body(replyXml, whole, types)).toBe(
      "<error_a>&lt;NamedHTTPResponseError&gt;&lt;Code&gt;404&lt;/Code&gt;&lt;Msg&gt;&amp;lt;a&amp;gt;&amp;#x9;&amp;#34;b&amp;#34;&lt;/Msg&gt;&lt;Enc&gt;text/html&lt;/Enc&gt;&lt;/NamedHTTPResponseError&gt;</error_a>",
    );
  });

  it("print nothing under a group as an empty map, and numbers of the configuration as doubles", () => {
    expect(body(replyYaml, ',"g":null,"h":null', types)).toBe("g: {}\nh: null\n");
    const numbers = ',"m":[1,1.5,1000000,0.00001,-0],"o":1';
    expect(body(replyYaml, numbers, types, ["m"])).toBe(
      'm:\n- 1.0\n- 1.5\n- 1e+06\n- 1e-05\n- -0.0\no: "1"\n',
    );
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
