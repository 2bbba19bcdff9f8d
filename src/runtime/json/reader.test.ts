import { describe, expect, it } from "vitest";
import { document, member, membersOf, readKeyed } from "./members.js";
import { JsonReader } from "./reader.js";
import { utf8 } from "./text.js";

function inside(text: string): JsonReader {
  const json = new JsonReader(text);
  expect(json.enterObject()).toBe(true);
  return json;
}

describe("key", () => {
  it.each([
    ["name", "name"],
    ["", ""],
    ["na\\u006de", "name"],
    ['a\\"b', 'a\\"b'],
    ["a\\u0022b", 'a\\"b'],
    ["a\\/b", "a/b"],
    ["<", "\\u003c"],
    ["\\u003C", "\\u003c"],
    ["&>", "\\u0026\\u003e"],
    ["\xe2\x80\xa8", "\\u2028"],
    ["\\u0001\\u0008", "\\u0001\\b"],
    [utf8("é😀"), utf8("é😀")],
    ["\\u00e9\\ud83d\\ude00", utf8("é😀")],
    // Go decodes what is no Unicode to U+FFFD and prints that as it is.
    ["\xff", utf8("\ufffd")],
    ["\\ufffd", utf8("\ufffd")],
    ["\\ud800x", utf8("\ufffdx")],
  ])("%j is spelt %j", (written, spelt) => {
    const json = inside(` { "${written}" : 1 }`);
    expect(json.key()).toBe(spelt);
    expect(json.keep()).toBe("1");
    expect(json.key()).toBeUndefined();
  });
});

describe("keep", () => {
  it.each([
    '[ 1 ,{"b" :\n"\\u0041\\/" }]',
    "-0",
    "12345678901234567890.10E+400",
    utf8('"é 😀 \u2027 \u202a"'),
    '"\\ud83d\\ude00 \\u2028 \\u003c"',
    '"\x7f"',
    "{}",
    "[ ]",
  ])("leaves %j alone", (value) => {
    const json = inside(`{"a": ${value} ,"b":true}`);
    json.key();
    expect(json.keep()).toBe(value);
    expect(json.key()).toBe("b");
  });

  it.each([
    ['"<a>&"', '"\\u003ca\\u003e\\u0026"'],
    ['"\xe2\x80\xa8"', '"\\u2028"'],
    ['["\xe2\x80\xa9"]', '["\\u2029"]'],
    ['"\xff\xe2\x82x"', utf8('"\ufffd\ufffd\ufffdx"')],
    ['"\xed\xa0\x80"', utf8('"\ufffd\ufffd\ufffd"')],
    ['"\xc0\x80\xf4\x90\x80\x80"', utf8(`"${"\ufffd".repeat(6)}"`)],
    ['"\xf0\xe2\x80\xa8"', utf8('"\ufffd\\u2028"')],
    ['"\\ud800\\ud83d\\ude00\\udc00"', utf8('"\ufffd\\ud83d\\ude00\ufffd"')],
    ['"\\\\ud800\\ud800"', utf8('"\\\\ud800\ufffd"')],
    ['{"<\xff":"\\udfff&"}', utf8('{"\\u003c\ufffd":"\ufffd\\u0026"}')],
  ])("repairs %j", (value, repaired) => {
    const json = inside(`{"a":"&<\xff","b":${value},"c":"plain"}`);
    json.key();
    json.skip();
    json.key();
    expect(json.keep()).toBe(repaired);
    json.key();
    expect(json.keep()).toBe('"plain"');
  });
});

describe("enterObject", () => {
  it("walks over what is no object", () => {
    const json = inside('{"a":[{"x":1}],"b":null,"c":{"d":1}}');
    json.key();
    expect(json.enterObject()).toBe(false);
    expect(json.key()).toBe("b");
    expect(json.enterObject()).toBe(false);
    expect(json.key()).toBe("c");
    expect(json.enterObject()).toBe(true);
    expect(json.key()).toBe("d");
    expect(json.keep()).toBe("1");
    expect(json.key()).toBeUndefined();
    expect(json.key()).toBeUndefined();
  });
});

describe("members", () => {
  it.each([
    ["{}", "{}"],
    ["{ \n}", "{}"],
    ['{ "a" : 1 , "b":[ ]\t}', '{"a" : 1 , "b":[ ]}'],
    ['{"a":"<","a":2}', '{"a":"\\u003c","a":2}'],
  ])("of %j make %j", (text, made) => {
    const json = inside(`{"x":${text},"y":2}`);
    json.key();
    expect(json.enterObject()).toBe(true);
    expect(document(json.keepMembers())).toBe(made);
    expect(json.key()).toBe("y");
  });

  it("of objects with no key in common join", () => {
    expect(document(member("a", "1") + inside('{"b":2}').keepMembers())).toBe('{"a":1,"b":2}');
  });

  it("by key: the last of a key wins", () => {
    const keyed = readKeyed(inside('{"a":1,"b":2,"\\u0061":[ 3 ]}'));
    expect([...keyed]).toEqual([
      ["a", "[ 3 ]"],
      ["b", "2"],
    ]);
    expect(membersOf(keyed)).toBe(',"a":[ 3 ],"b":2');
  });
});
