import { describe, expect, test } from "vitest";
import { goSyntaxFault } from "./go-syntax.js";

// Recorded from encoding/json of Go 1.26.8, json.Unmarshal into an empty interface.
describe("Go's message", () => {
  const recorded: readonly [text: string, message: string][] = [
    ["", "unexpected end of JSON input"],
    ["  ", "unexpected end of JSON input"],
    ["\ufeff{}", "invalid character '\u00ef' looking for beginning of value"],
    ["[1,]", "invalid character ']' looking for beginning of value"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ["{} x", "invalid character 'x' after top-level value"],
    ["// c\n{}", "invalid character '/' looking for beginning of value"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b":2}', "invalid character '\"' after object key:value pair"],
    ["[1 2]", "invalid character '2' after array element"],
    ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
    ['"a\nb"', "invalid character '\\n' in string literal"],
    ['"a\tb"', "invalid character '\\t' in string literal"],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
    ['"abc', "unexpected end of JSON input"],
    ['"\\', "invalid character ' ' in string escape code"],
    ['"\\u1', "invalid character ' ' in \\u hexadecimal character escape"],
    ["tru", "invalid character ' ' in literal true (expecting 'e')"],
    ["nul ", "invalid character ' ' in literal null (expecting 'l')"],
    ["fals]", "invalid character ']' in literal false (expecting 'e')"],
    ["-", "invalid character ' ' in numeric literal"],
    ["-a", "invalid character 'a' in numeric literal"],
    ["01", "invalid character '1' after top-level value"],
    ["1.", "invalid character ' ' after decimal point in numeric literal"],
    ["1.x", "invalid character 'x' after decimal point in numeric literal"],
    ["1e", "invalid character ' ' in exponent of numeric literal"],
    ["1e+", "invalid character ' ' in exponent of numeric literal"],
    ["1e+x", "invalid character 'x' in exponent of numeric literal"],
    ["[", "unexpected end of JSON input"],
    ["{", "unexpected end of JSON input"],
    ['{"a"', "unexpected end of JSON input"],
    ['{"a":', "unexpected end of JSON input"],
    ["[1", "unexpected end of JSON input"],
    ["]", "invalid character ']' looking for beginning of value"],
    ["\u00e9", "invalid character '\u00c3' looking for beginning of value"],
    ["\u65e5", "invalid character '\u00e6' looking for beginning of value"],
    ["\ud83d\ude00", "invalid character '\u00f0' looking for beginning of value"],
    ["[\u0000]", "invalid character '\\x00' looking for beginning of value"],
    ["[\u007f]", "invalid character '\\x7f' looking for beginning of value"],
    ["[\u0080]", "invalid character '\u00c2' looking for beginning of value"],
    ['"\\\'"', "invalid character '\\'' in string escape code"],
    ["[\\]", "invalid character '\\\\' looking for beginning of value"],
    ["[1,\u00a02]", "invalid character '\u00c2' looking for beginning of value"],
    ["\u000b[]", "invalid character '\\v' looking for beginning of value"],
  ];
  test.each(recorded)("of %j", (text, message) => {
    expect(goSyntaxFault(text)).toBe(message);
  });

  test("of brackets too deep", () => {
    expect(goSyntaxFault("[".repeat(10_001))).toBe("invalid character '[' exceeded max depth");
    expect(goSyntaxFault(`${"[".repeat(9_999)}{`)).toBe("unexpected end of JSON input");
  });

  test("is not given for JSON", () => {
    expect(goSyntaxFault(' {"a" : [1, -0.5e+7, true, null, "\\u00e9\\n"], "b": {} } ')).toBeUndefined();
  });
});
