import { describe, expect, it } from "vitest";
import { decodeCollection, decodeObject, decodeSafe } from "./decode.js";
import { document, readKeyed } from "./members.js";
import { JsonFault, type JsonReader } from "./reader.js";
import { parseValue } from "./value.js";

const AN_OBJECT = "map[string]interface {}";
const keepAll = (json: JsonReader) => document(json.keepMembers());

/** All ways to read an object, each of which must find the same fault. */
const READS: Record<string, (json: JsonReader) => unknown> = {
  "keep all": keepAll,
  "keep each": readKeyed,
  "skip each": (json) => {
    while (json.key() !== undefined) json.skip();
  },
  "read nothing": () => undefined,
};

function messageOf(result: unknown): string {
  expect(result).toBeInstanceOf(JsonFault);
  return (result as JsonFault).message;
}

describe("faults of syntax", () => {
  // Every message was taken from Go's Decoder.
  it.each([
    ["", "EOF"],
    [" \t\r\n", "EOF"],
    ["tru", "unexpected EOF"],
    ["-", "unexpected EOF"],
    ["1.", "unexpected EOF"],
    ["1e+", "unexpected EOF"],
    ['"abc', "unexpected EOF"],
    ['"\\', "unexpected EOF"],
    ['"\\u00', "unexpected EOF"],
    ["{", "unexpected EOF"],
    ['{"a"', "unexpected EOF"],
    ['{"a":', "unexpected EOF"],
    ['{"a":1', "unexpected EOF"],
    ['{"a":fals', "unexpected EOF"],
    ['{"a":1,', "unexpected EOF"],
    ['{"a":[1', "unexpected EOF"],
    ['{"a":[1,', "unexpected EOF"],
    ["<html>", "invalid character '<' looking for beginning of value"],
    ["\xef\xbb\xbf{}", "invalid character '\xc3\xaf' looking for beginning of value"],
    ['{"a":}', "invalid character '}' looking for beginning of value"],
    ['{"a":[,]}', "invalid character ',' looking for beginning of value"],
    ['{"a":[1,]}', "invalid character ']' looking for beginning of value"],
    ['{"a":+1}', "invalid character '+' looking for beginning of value"],
    ['{"a":\x0b1}', "invalid character '\\v' looking for beginning of value"],
    ["{a:1}", "invalid character 'a' looking for beginning of object key string"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{"a":{,}}', "invalid character ',' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":{"b"}}', "invalid character '}' after object key"],
    ['{"a":1 "b":2}', "invalid character '\"' after object key:value pair"],
    ['{"a":01}', "invalid character '1' after object key:value pair"],
    ['{"a":1]', "invalid character ']' after object key:value pair"],
    ['{"a":{"b":1]}', "invalid character ']' after object key:value pair"],
    ['{"a":[1 2]}', "invalid character '2' after array element"],
    ['{"a":[1}', "invalid character '}' after array element"],
    ['{"a":"\n"}', "invalid character '\\n' in string literal"],
    ['{"a\x00":1}', "invalid character '\\x00' in string literal"],
    ['{"a":"\\x"}', "invalid character 'x' in string escape code"],
    ['{"a":"\\\'"}', "invalid character '\\'' in string escape code"],
    ['{"a":"\\\x7f"}', "invalid character '\\x7f' in string escape code"],
    ['{"a":"\\\xa0"}', "invalid character '\\u00a0' in string escape code"],
    ['{"a":"\\\x85"}', "invalid character '\\u0085' in string escape code"],
    ['{"a":"\\\xad"}', "invalid character '\\u00ad' in string escape code"],
    ['{"a":"\\u12g4"}', "invalid character 'g' in \\u hexadecimal character escape"],
    ['{"a":"\\ud800\\u00_0"}', "invalid character '_' in \\u hexadecimal character escape"],
    ['{"a":-x}', "invalid character 'x' in numeric literal"],
    ['{"a":1.}', "invalid character '}' after decimal point in numeric literal"],
    ['{"a":1e}', "invalid character '}' in exponent of numeric literal"],
    ['{"a":1E+-1}', "invalid character '-' in exponent of numeric literal"],
    ['{"a":tree}', "invalid character 'e' in literal true (expecting 'u')"],
    ['{"a":falsy}', "invalid character 'y' in literal false (expecting 'e')"],
    ['{"a":n\\}', "invalid character '\\\\' in literal null (expecting 'u')"],
    [`{"a":${"[".repeat(10_000)}`, "invalid character '[' exceeded max depth"],
    ['{"a":'.repeat(10_001), "invalid character '{' exceeded max depth"],
    ["[1,2", "unexpected EOF"],
  ])("%j is %j", (body, message) => {
    for (const [way, read] of Object.entries(READS)) {
      expect(messageOf(decodeObject({ body }, read)), way).toBe(message);
    }
    expect(messageOf(decodeSafe({ body }, keepAll, String, String))).toBe(message);
    expect(messageOf(parseValue(body))).toBe(message);
  });

  it("are found behind what has been read", () => {
    const read = (json: JsonReader) => {
      json.key();
      return json.keep();
    };
    expect(decodeObject({ body: '{"a":1,"b":{"c":[]}}' }, read)).toBe("1");
    expect(messageOf(decodeObject({ body: '{"a":1,"b":{"c":[}}' }, read))).toContain(
      "looking for beginning of value",
    );
  });

  it("do not hide what a reading function itself throws", () => {
    const bug = new Error("bug");
    const read = () => {
      throw bug;
    };
    expect(() => decodeObject({ body: "{}" }, read)).toThrow(bug);
    expect(decodeObject({ body: '{"a":1}' }, keepAll)).toBe('{"a":1}');
  });
});

describe("decodeObject", () => {
  it.each([
    ["array", "[1]"],
    ["string", '"a"x'],
    ["number", "-1.5e3,"],
    ["number", "0"],
    ["bool", "true"],
    ["bool", " false"],
  ])("refuses: %s, as in %j", (kind, body) => {
    const message = `json: cannot unmarshal ${kind} into Go value of type ${AN_OBJECT}`;
    expect(messageOf(decodeObject({ body }, keepAll))).toBe(message);
  });

  it("is null for null", () => {
    expect(decodeObject({ body: " null" }, keepAll)).toBeNull();
    expect(decodeObject({ body: "nullx" }, keepAll)).toBeNull();
  });

  it("ignores what follows the object", () => {
    expect(decodeObject({ body: '{"a":1}}<html>' }, keepAll)).toBe('{"a":1}');
  });

  it("takes 10000 levels", () => {
    const deep = `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`;
    expect(decodeObject({ body: deep }, keepAll)).toBe(deep);
    const deeper = `{"a":${"[".repeat(9_999)}${"]".repeat(9_999)}}`;
    expect(decodeObject({ body: deeper }, keepAll)).toBe(deeper);
  });

  it("reads a body within a body", () => {
    const outer = decodeObject({ body: '{"a":1,"b":"kept"}' }, (json) => {
      json.key();
      json.skip();
      const inner = decodeObject({ body: '{"longer than the outer one":[1,2,3]}' }, keepAll);
      json.key();
      return [inner, json.keep()];
    });
    expect(outer).toEqual(['{"longer than the outer one":[1,2,3]}', '"kept"']);
  });

  it("reads bodies larger than its idle workspace, and small ones after them", () => {
    for (const size of [10, 70_000, 1_200_000, 10]) {
      const body = `{"a":"${"x".repeat(size)}"}`;
      expect(decodeObject({ body }, keepAll)).toBe(body);
      expect(messageOf(decodeObject({ body: body.slice(0, -2) }, keepAll))).toBe("unexpected EOF");
    }
  });
});

describe("decodeCollection", () => {
  it("keeps the text of an array", () => {
    expect(decodeCollection({ body: ' [ 1, {"a": "<"} ] tail' })).toBe('[ 1, {"a": "\\u003c"} ]');
    expect(decodeCollection({ body: "null" })).toBe("null");
  });

  it.each([
    ["object", "{}"],
    ["string", '""'],
    ["number", "1"],
    ["bool", "true"],
  ])("refuses: %s", (kind, body) => {
    const message = `json: cannot unmarshal ${kind} into Go value of type []interface {}`;
    expect(messageOf(decodeCollection({ body }))).toBe(message);
  });

  it("reports faults of syntax first", () => {
    expect(messageOf(decodeCollection({ body: "{]" }))).toContain(
      "looking for beginning of object key string",
    );
    expect(messageOf(decodeCollection({ body: " " }))).toBe("EOF");
  });
});

describe("decodeSafe", () => {
  const decode = (body: string) =>
    decodeSafe(
      { body },
      (json) => `object ${json.keepMembers()}`,
      (array) => `collection ${array}`,
      (value) => `content ${value}`,
    );

  it.each([
    ['{"a":1}', 'object ,"a":1'],
    [" [1, 2]x", "collection [1, 2]"],
    ["null", "content null"],
    ['"a&b"', 'content "a\\u0026b"'],
    ["12.50", "content 12.50"],
    ["false", "content false"],
  ])("tells kinds apart: %j", (body, expected) => {
    expect(decode(body)).toBe(expected);
  });
});

it.each([3, 16, 17, 400])("answers long enough to be left as bytes are cut as texts are: %i keys", (keys) => {
  const members = Array.from(
    { length: keys },
    (_, index) => `"k${index}<":"\xc3\xa9${"v".repeat(20_000 / keys)}"`,
  );
  const body = `{${members.join(",")}}`;
  const answer = { body, bytes: Buffer.from(`${body}\0`, "latin1") };
  const wanted = decodeObject({ body }, readKeyed) as Map<string, string>;
  expect(wanted.size).toBe(keys);
  expect(decodeObject(answer, readKeyed)).toEqual(wanted);
  expect(decodeObject(answer, keepAll)).toBe(decodeObject({ body }, keepAll));
});
