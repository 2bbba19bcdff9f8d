import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAsJson } from "../../test/support/json-oracle.js";
import { breaksSyntax } from "./json-fault.js";
import { type Located, plain } from "./located.js";
import { type JsonFault, type ParsedJson, parseJson } from "./parse-json.js";
import { SourceText } from "./text.js";

function parse(text: string): ParsedJson {
  return parseJson(new SourceText("krakend.json", text));
}

/** Faults as `code@start-end`, easy to read in a table. */
function marks(text: string): string[] {
  return parse(text).faults.map(({ code, span }) => `${code}@${span.start}-${span.end}`);
}

function plainOf(text: string): unknown {
  const { value } = parse(text);
  return value && plain(value);
}

function syntaxFaults(faults: readonly JsonFault[]): JsonFault[] {
  return faults.filter((each) => breaksSyntax(each.code));
}

describe("one fault, one report, and the rest of the text is read", () => {
  const table: readonly [text: string, faults: string[], value: unknown][] = [
    ['{"a":1,}', ["trailing-comma@6-7"], { a: 1 }],
    ["[1, ]", ["trailing-comma@2-3"], [1]],
    ["[1,,2]", ["stray@3-4"], [1, 2]],
    ["[,,,1]", ["stray@1-2"], [1]],
    ["[1,,]", ["trailing-comma@2-3", "stray@3-4"], [1]],
    ['{,"a":1}', ["stray@1-2"], { a: 1 }],
    ["// x\n[1, /* y */ 2]", ["comment@0-4", "comment@9-16"], [1, 2]],
    ["# x\n{}", ["comment@0-3"], {}],
    ["[1] /* y", ["unclosed@4-8"], [1]],
    ["{'a': 'it\\'s'}", ["bad-quotes@1-4", "bad-quotes@6-13"], { a: "it's" }],
    ['{"a":\u201cx\u201d}', ["bad-quotes@5-8"], { a: "x" }],
    ['{"a": "say "hi" now", "b": 2}', ["bad-quotes@11-12"], { a: 'say "hi" now', b: 2 }],
    ["{a: 1}", ["unquoted-key@1-2"], { a: 1 }],
    ["{1: 1, true: 2}", ["unquoted-key@1-2", "unquoted-key@7-11"], { 1: 1, true: 2 }],
    ['{"a":1 "b":2}', ["missing-comma@6-6"], { a: 1, b: 2 }],
    ['[{"a":1}\n {"b":2}]', ["missing-comma@8-8"], [{ a: 1 }, { b: 2 }]],
    ["[1 [2] 3]", ["missing-comma@2-2", "missing-comma@6-6"], [1, [2], 3]],
    ['{"a" 1}', ["missing-colon@4-4"], { a: 1 }],
    ['{"a" "b"}', ["missing-colon@4-4"], { a: "b" }],
    ['{"a" = 1; "b": 2}', ["missing-colon@4-4", "stray@8-9"], { a: 1, b: 2 }],
    ['{"a" x, "b": 2}', ["missing-colon@4-4"], { a: "x", b: 2 }],
    ['{"a" "b": 1}', ["missing-value@1-4"], { b: 1 }],
    ['{"a": , "b": 1}', ["missing-value@1-4"], { b: 1 }],
    ['{"a": }', ["missing-value@1-4"], {}],
    ['{"a"}', ["missing-value@1-4"], {}],
    ["{:1}", ["missing-key@1-2"], {}],
    ['{"a":1, {"b":2}, "c":3}', ["missing-key@8-9"], { a: 1, c: 3 }],
    ['{"a":1:2}', ["bad-number@5-8"], { a: "1:2" }],
    ['["a": 1]', ["stray@4-5"], ["a", 1]],
    ['{"t": 10 s or so, "b": 2}', ["stray@9-10"], { t: 10, b: 2 }],
    ['{"a": "b\n}', ["unterminated-string@6-8"], { a: "b" }],
    ['{"a": "b,\n "c": 1}', ["unterminated-string@6-8"], { a: "b", c: 1 }],
    ['{"a: 1,\n"b": 2}', ["unterminated-string@1-3"], { a: 1, b: 2 }],
    ['{"a: "x", "b": 2}', ["unterminated-string@1-3"], { a: "x", b: 2 }],
    ['["x, "y"]', ["unterminated-string@1-3"], ["x", "y"]],
    ['{"a":"/u/{id},\n"b":1}', ["unterminated-string@5-13"], { a: "/u/{id}", b: 1 }],
    ['"abc', ["unterminated-string@0-4"], "abc"],
    ['{"a": ["x', ["unterminated-string@7-9"], { a: ["x"] }],
    ["['x\n]", ["unterminated-string@1-3"], ["x"]],
    ['["one\ntwo", 3]', ["control-character@5-6"], ["one\ntwo", 3]],
    ['["a\tb\u0001"]', ["control-character@3-4", "control-character@5-6"], ["a\tb\u0001"]],
    ['["\\x \\u12 \\n"]', ["bad-escape@2-4", "bad-escape@5-7"], ["x u12 \n"]],
    ["[007, -01]", ["bad-number@1-4", "bad-number@6-9"], [7, -1]],
    [
      "[+1, .5, 5., 1e, 1_000]",
      [1, 5, 9, 13, 17].map((at, i) => `bad-number@${at}-${[3, 7, 11, 15, 22][i]}`),
      [1, 0.5, 5, "1e", 1000],
    ],
    [
      "[NaN, -Infinity, 0x1F, 10s]",
      ["bad-number@1-4", "bad-number@6-15", "bad-number@17-21", "bad-number@23-26"],
      ["NaN", "-Infinity", 31, "10s"],
    ],
    ["[True, None]", ["bare-word@1-5", "bare-word@7-11"], [true, null]],
    ['{"host": http://users:80/x, "b": 1}', ["bare-word@9-26"], { host: "http://users:80/x", b: 1 }],
    ["\ufeff{}", ["byte-order-mark@0-1"], {}],
    ["\ufffd\ufffd{\u0000}\u0000", ["byte-order-mark@0-2"], undefined],
    ['{\u0000"a\u0000": "\u0000"}', ["nul-byte@1-2"], { "a\u0000": "\u0000" }],
    ["[1,\u00a02]", ["white-space@3-4"], [1, 2]],
    ['{"a":1} x y', ["after-value@8-9"], { a: 1 }],
    ['{"a":1}}', ["after-value@7-8"], { a: 1 }],
    ["hello world", ["bare-word@0-5"], "hello"],
    ["]]] {}", ["stray@0-1"], {}],
    ["", ["empty@0-0"], undefined],
    [" \n\t", ["empty@0-0"], undefined],
    ['{"a": [1, {"b": 2', ["unclosed@17-17"], { a: [1, { b: 2 }] }],
    ['{"a":[1,2}}', ["wrong-bracket@9-10"], { a: [1, 2] }],
    ['{"a":[1,2}', ["wrong-bracket@9-10"], { a: [1, 2] }],
    ['{"e":[{"b":[1,2},{"c":1}]}', ["wrong-bracket@15-16"], { e: [{ b: [1, 2] }, { c: 1 }] }],
    ['[{"a":{"b":1]', ["wrong-bracket@12-13"], [{ a: { b: 1 } }]],
    ['{"port": {{ .port }}, "b": 1}', ["template@9-20"], { port: "{{ .port }}", b: 1 }],
    ['{"a":1, {{ include "x" }}, "b": 1}', ["template@8-25"], { a: 1, b: 1 }],
  ];
  test.each(table)("%j", (text, faults, value) => {
    expect(marks(text)).toEqual(faults);
    expect(plainOf(text)).toEqual(value);
  });

  test("several faults of a whole file come in order", () => {
    const text = `{\n  "version": 3, // no\n  'name': "x"\n  "port": 08080,\n  "list": [1,],\n}`;
    expect(parse(text).faults.map((each) => each.code)).toEqual([
      "comment",
      "bad-quotes",
      "missing-comma",
      "bad-number",
      "trailing-comma",
      "trailing-comma",
    ]);
  });

  test("a text that is all faults ends the reading", () => {
    expect(parse("[1 ".repeat(5000)).faults.length).toBeLessThanOrEqual(100);
  });
});

describe("what JSON allows and readers trip over", () => {
  test("a repeated key names its first place, every time", () => {
    const { faults, value } = parse('{"a":1,"b":{"b":0},"a":2,"\\u0061":3}');
    expect(faults.map(({ code, span, related }) => [code, span.start, related?.[0]?.span.start])).toEqual([
      ["duplicate-key", 19, 1],
      ["duplicate-key", 25, 1],
    ]);
    expect(plain(value!)).toEqual({ a: 3, b: { b: 0 } });
    expect(faults.every((each) => each.go === undefined)).toBe(true);
  });

  test("repeated keys are found in large objects too", () => {
    const members = Array.from({ length: 50 }, (_, index) => `"k${index % 49}":${index}`);
    expect(marks(`{${members.join(",")}}`)).toEqual([expect.stringMatching(/^duplicate-key@/)]);
  });

  test("half a surrogate pair is kept and reported, a whole pair is not", () => {
    expect(marks('["\\ud83d\\ude00", "\ud83d\ude00"]')).toEqual([]);
    expect(marks('["\\ud800x"]')).toEqual(["lone-surrogate@1-10"]);
    expect(plainOf('["\\ud800x"]')).toEqual(["\ud800x"]);
  });

  test("a number beyond a double is reported with Go's words", () => {
    expect(parse("[1, -1e999]").faults).toMatchObject([
      { code: "number-range", go: "json: cannot unmarshal number -1e999 into Go value of type float64" },
    ]);
  });

  test("numbers keep their text", () => {
    const { value } = parse("[1.0, 12345678901234567890, -0, 1E5]");
    const items = value?.kind === "array" ? value.items : [];
    expect(items.map((each) => each.kind === "number" && each.lexeme)).toEqual([
      "1.0",
      "12345678901234567890",
      "-0",
      "1E5",
    ]);
  });

  test("`__proto__` and line separators are ordinary text", () => {
    const text = '{"__proto__": {"x": 1}, "constructor": "a\u2028b"}';
    const value = plainOf(text) as Record<string, unknown>;
    expect(parse(text).faults).toEqual([]);
    expect(Object.keys(value)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(value.constructor).toBe("a\u2028b");
  });
});

describe("Go's words", () => {
  test("stand on the first fault only", () => {
    const { faults } = parse('{"a": [1,], "b": [2,]}');
    expect(faults.map((each) => each.go)).toEqual([
      "invalid character ']' looking for beginning of value",
      undefined,
    ]);
  });

  test("pass over what is no fault of syntax", () => {
    const { faults } = parse('{"a": 1e999, "a": 2,}');
    expect(faults.map((each) => [each.code, each.go])).toEqual([
      ["number-range", undefined],
      ["duplicate-key", undefined],
      ["trailing-comma", "invalid character '}' looking for beginning of object key string"],
    ]);
  });
});

describe("hostile texts", () => {
  test("10000 levels are read, one more is a fault", () => {
    const deep = parse("[".repeat(10_000) + "]".repeat(10_000));
    expect(deep.faults).toEqual([]);
    let levels = 0;
    for (let node = plain(deep.value!); Array.isArray(node); node = node[0]) levels++;
    expect(levels).toBe(10_000);
    expect(parse('{"a":'.repeat(10_001)).faults).toMatchObject([
      { code: "too-deep", span: { start: 50_000 }, go: "invalid character '{' exceeded max depth" },
    ]);
  });

  const size = 1_000_000;
  const hostile = [
    "[",
    '{"a":',
    "]",
    "[}",
    '"',
    "'",
    "\\",
    '"\\x',
    "{{",
    "/*",
    "//\n",
    "\u0000",
    "\u00a0 ",
    "a ",
    '"a"b ',
  ];
  test.each(hostile)("a megabyte of %j takes no time to speak of", (piece) => {
    const started = performance.now();
    const { faults } = parse(piece.repeat(size / piece.length));
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.length).toBeLessThanOrEqual(100);
    expect(performance.now() - started).toBeLessThan(3000);
  });

  test("a megabyte of repeated keys and of spaces in a broken string stay linear", () => {
    const started = performance.now();
    expect(parse(`{${'"a":1,'.repeat(size / 6)}"a":1}`).faults.length).toBe(100);
    expect(marks(`["a${" ".repeat(size)}x\n`)).toEqual([`unterminated-string@1-${size + 4}`]);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

test("a large configuration is read fast", () => {
  const endpoint = {
    endpoint: "/v1/users/{id}",
    timeout: "800ms",
    backend: [{ host: ["http://users:80"], allow: ["id"] }],
  };
  const text = JSON.stringify(
    { version: 3, endpoints: Array.from({ length: 3500 }, () => endpoint) },
    undefined,
    2,
  );
  const runs = Array.from({ length: 5 }, () => {
    const started = performance.now();
    parse(text);
    return performance.now() - started;
  });
  // Some 20 ms for a megabyte on an idle machine; the bound only has to catch a change of order.
  expect(Math.min(...runs) / (text.length / 1_000_000)).toBeLessThan(100);
});

describe("for any JSON", () => {
  const anyText = fc.string({
    unit: fc.constantFrom("a", '"', "\\", "\n", "\u0000", "\u2028", "\ud83d\ude00", "\u00e9", "/", "{"),
  });
  const anyKey = fc.oneof(anyText, fc.constantFrom("__proto__", "constructor", "toString", "length"));
  const { value: anyValue } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.oneof(
        anyText,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
      ),
      fc.array(tie("value")),
      fc.dictionary(anyKey, tie("value")),
    ),
  }));
  const anySpace = fc.array(fc.string({ unit: fc.constantFrom(" ", "\n", "\r", "\t"), maxLength: 3 }), {
    minLength: 1,
  });
  const anyJson = fc
    .tuple(anyValue, anySpace)
    .map(([value, spaces]) => spaced(JSON.stringify(value), spaces));

  test("the value is that of JSON.parse, and every span slices back", () => {
    fc.assert(
      fc.property(anyJson, (text) => {
        const { value, faults } = parse(text);
        expect(faults).toEqual([]);
        expect(plain(value!)).toEqual(parseAsJson(text));
        checkSpans(value!, text);
      }),
      { numRuns: 300 },
    );
  });

  test("a text is at fault if and only if JSON.parse refuses it", () => {
    const pieces = [
      '"',
      "\\",
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      "0",
      "-",
      ".",
      "e",
      "t",
      "\n",
      "\t",
      "\u0000",
      "/",
      "//",
      "/*",
      "*/",
    ];
    const morePieces = [
      "'",
      "{{",
      "}}",
      "a",
      "#",
      "\\u",
      "=",
      ";",
      "1e999",
      '"a":',
      "\ufeff",
      "\u00a0",
      "\ud800",
      "null",
      "true",
    ];
    const piece = fc.constantFrom(...pieces, ...morePieces);
    const edit = fc.record({
      at: fc.nat(),
      drop: fc.nat({ max: 4 }),
      piece: fc.oneof(piece, fc.constant("")),
    });
    const edits = fc.array(edit, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(anyJson, edits, (json, changes) => {
        const text = changes.reduce(change, json);
        const { value, faults } = parse(text);
        const expected = parsedByJavaScript(text);
        expect(syntaxFaults(faults).length > 0).toBe(expected === undefined);
        if (expected !== undefined) expect(plain(value!)).toEqual(expected.value);
        else
          expect(syntaxFaults(faults)[0]?.go).toMatch(
            /^(invalid character '.+' |unexpected end of JSON input$)/s,
          );
        for (const { span } of faults) {
          expect(0 <= span.start && span.start <= span.end && span.end <= text.length).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

/** Puts white space around the tokens of a JSON text. */
function spaced(json: string, spaces: readonly string[]): string {
  let turn = 0;
  const space = () => spaces[turn++ % spaces.length]!;
  return json.replace(/"(?:[^"\\]|\\.)*"|[^"{}[\]:,]+|./gs, (token) => space() + token + space());
}

function change(text: string, edit: { at: number; drop: number; piece: string }): string {
  const at = edit.at % (text.length + 1);
  return text.slice(0, at) + edit.piece + text.slice(at + edit.drop);
}

function parsedByJavaScript(text: string): { value: unknown } | undefined {
  try {
    return { value: parseAsJson(text) };
  } catch {
    return undefined;
  }
}

function checkSpans(node: Located, text: string): void {
  expect(parseAsJson(text.slice(node.span.start, node.span.end))).toEqual(plain(node));
  expect(text.slice(node.span.start, node.span.end).trim().length).toBe(node.span.end - node.span.start);
  if (node.kind === "number") expect(node.lexeme).toBe(text.slice(node.span.start, node.span.end));
  if (node.kind === "array") for (const each of node.items) checkSpans(each, text);
  if (node.kind === "object") {
    for (const { key, keySpan, value } of node.members) {
      expect(JSON.parse(text.slice(keySpan.start, keySpan.end))).toBe(key);
      checkSpans(value, text);
    }
  }
}
