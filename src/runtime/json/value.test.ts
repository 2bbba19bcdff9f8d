import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAsJson } from "../../../test/support/json-oracle.js";
import { JsonFault } from "./reader.js";
import { fromUtf8, utf8 } from "./text.js";
import { JsonNumber, type JsonValue, parseValue, printValue } from "./value.js";

function reprint(text: string): string {
  const value = parseValue(text);
  if (value instanceof JsonFault) throw new Error(value.message);
  return printValue(value);
}

describe("parseValue", () => {
  it("keeps number text, bytes and the last of equal keys", () => {
    expect(parseValue(' {"a":1.0,"\\u0061":[-0,"\\u00e9",null,true,{}]} tail')).toEqual(
      new Map([["a", [new JsonNumber("-0"), "\xc3\xa9", null, true, new Map()]]]),
    );
  });

  it("reads what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        expect(parseAsJson(fromUtf8(reprint(utf8(text))))).toEqual(parseAsJson(text));
      }),
    );
  });
});

describe("printValue", () => {
  it.each([
    ['{ "b" : 1 , "a" : [ ] }', '{"a":[],"b":1}'],
    [
      '{"é":1,"z":{"<":2,"!":3},"\\ud83d\\ude00":4,"\\uffee":5}',
      '{"z":{"!":3,"\\u003c":2},"é":1,"\uffee":5,"😀":4}',
    ],
    ['[1e5,-0,1.0,12345678901234567890,"a/b"]', '[1e5,-0,1.0,12345678901234567890,"a/b"]'],
    ["{}", "{}"],
    [" null ", "null"],
    ["false", "false"],
  ])("%j is %j", (text, printed) => {
    expect(fromUtf8(reprint(utf8(text)))).toBe(printed);
  });

  it("does not recurse", () => {
    for (const deep of [
      "[".repeat(10_000) + "]".repeat(10_000),
      `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`,
    ]) {
      expect(reprint(deep)).toBe(deep);
    }
  });

  it("prints values made by hand", () => {
    const value: JsonValue = new Map<string, JsonValue>([
      ["\xff", [new JsonNumber("1")]],
      ["a", "\n"],
    ]);
    expect(printValue(value)).toBe('{"a":"\\n","\\ufffd":[1]}');
  });
});
