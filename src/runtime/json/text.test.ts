import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromUtf8, isString, quote, unquote, utf8 } from "./text.js";

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array).toString("latin1"));
const text = fc.string({ unit: "binary", maxLength: 40 });

describe("quote", () => {
  it.each([
    ["", '""'],
    ["plain /'\x7f", '"plain /\'\x7f"'],
    ['"\\\b\f\n\r\t', '"\\"\\\\\\b\\f\\n\\r\\t"'],
    ["\x00\x1f\x0b", '"\\u0000\\u001f\\u000b"'],
    ["<&>", '"\\u003c\\u0026\\u003e"'],
    ["\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa", '"\\u2028\\u2029\xe2\x80\xaa"'],
    [utf8("é😀\ufffd"), utf8('"é😀\ufffd"')],
    ["\xffa\xe2\x80", '"\\ufffda\\ufffd\\ufffd"'],
    ["\xed\xa0\x80", '"\\ufffd\\ufffd\\ufffd"'],
    ["\xf0\xe2\x80\xa8", '"\\ufffd\\u2028"'],
  ])("%j is %j", (raw, quoted) => {
    expect(quote(raw)).toBe(quoted);
  });

  it("says in JSON what the text says", () => {
    fc.assert(fc.property(text, (original) => JSON.parse(fromUtf8(quote(utf8(original)))) === original));
  });

  it("makes of any bytes a JSON string without markup", () => {
    fc.assert(
      fc.property(bytes, (raw) => {
        const quoted = fromUtf8(quote(raw));
        expect(typeof JSON.parse(quoted)).toBe("string");
        expect(quoted).not.toMatch(/[<>&\u2028\u2029]/);
      }),
    );
  });
});

describe("unquote", () => {
  it.each([
    ['""', ""],
    ['"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\/\b\f\n\r\t'],
    ['"\\\\u0041\\u0041"', "\\u0041A"],
    ['"\\u00E9\\u20ac\\uD83D\\uDE00"', utf8("é€😀")],
    ['"\\ud800\\ud83d\\ude00\\udc00x"', utf8("\ufffd😀\ufffdx")],
    ['"\xff"', utf8("\ufffd")],
  ])("%j is %j", (quoted, raw) => {
    expect(unquote(quoted)).toBe(raw);
  });

  it("undoes quote and JSON.stringify", () => {
    fc.assert(
      fc.property(text, (original) => {
        expect(unquote(quote(utf8(original)))).toBe(utf8(original));
        expect(unquote(utf8(JSON.stringify(original)))).toBe(utf8(original));
      }),
    );
  });
});

it("utf8 and fromUtf8 undo each other", () => {
  fc.assert(fc.property(text, (original) => fromUtf8(utf8(original)) === original));
  expect(utf8("aé")).toBe("a\xc3\xa9");
});

it("tells strings from other values", () => {
  expect(isString('"a"')).toBe(true);
  expect(isString("[]")).toBe(false);
  expect(isString("")).toBe(false);
});
