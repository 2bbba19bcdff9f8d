import { describe, expect, test } from "vitest";
import { plain } from "./located.js";
import { parseYaml } from "./parse-yaml.js";
import { SourceText } from "./text.js";

function read(text: string): unknown {
  const { value, faults } = parseYaml(new SourceText("k.yaml", text));
  expect(faults).toEqual([]);
  return value === undefined ? undefined : plain(value);
}

function faultsOf(text: string): readonly string[] {
  const source = new SourceText("k.yaml", text);
  return parseYaml(source).faults.map(({ code, message, span }) => {
    const { line, column } = source.position(span.start);
    return `${line}:${column} ${code}: ${message}`;
  });
}

describe("values", () => {
  test.each([
    ["a: 3", 3],
    ["a: -0x1F", -31],
    ["a: 0777", 511],
    ["a: 0o17", 15],
    ["a: 0b101", 5],
    ["a: 1_000", 1000],
    ["a: 08", 8],
    ["a: 1e3", 1000],
    ["a: .5", 0.5],
    ["a: 1.", 1],
    ["a: 1.2.3", "1.2.3"],
    ["a: 0x", "0x"],
    ["a: +", "+"],
    ["a: 10s", "10s"],
    ["a: yes", "yes"],
    ["a: on", "on"],
    ["a: True", true],
    ["a: FALSE", false],
    ["a: ~", null],
    ["a:", null],
    ["a: Null", null],
    ['a: "3"', "3"],
    ["a: '~'", "~"],
    ["a: !!str 3", "3"],
    ["a: |\n  x\n  y\n", "x\ny\n"],
    ["a: >-\n  x\n  y\n", "x y"],
    ["a: http://h:80/x#y", "http://h:80/x#y"],
  ])("%j", (text, value) => {
    expect(read(text)).toEqual({ a: value });
  });

  test("keys are texts", () => {
    expect(read("404: a\n0x10: b\ntrue: c\n~: d\n1.5: e\n")).toEqual({
      404: "a",
      16: "b",
      true: "c",
      "<nil>": "d",
      "1.5": "e",
    });
  });

  test("flow style, comments, JSON", () => {
    expect(read('# head\n{ "a": [1, {b: [x, "y"]}], c: {} } # tail\n')).toEqual({
      a: [1, { b: ["x", "y"] }],
      c: {},
    });
  });

  test("an empty text, and only the first of several documents", () => {
    expect(read("")).toBeNull();
    expect(read("# nothing\n")).toBeNull();
    expect(read("a: 1\n---\na: 2\n")).toEqual({ a: 1 });
  });
});

describe("anchors and merge keys", () => {
  test("an alias is its anchor's value; own keys count before merged ones, the first merged one before others", () => {
    const text =
      "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\none: {<<: *x, b: 9}\ntwo: {<<: [*x, *y]}\nl: [*x, *x]\ns: {<<: {q: 1}}\n";
    expect(read(text)).toMatchObject({
      one: { a: 1, b: 9 },
      two: { a: 1, b: 1, c: 2 },
      l: [
        { a: 1, b: 1 },
        { a: 1, b: 1 },
      ],
      s: { q: 1 },
    });
  });

  test("a quoted `<<` is an ordinary key", () => {
    expect(read('"<<": 1')).toEqual({ "<<": 1 });
  });

  test("what cannot be", () => {
    expect(faultsOf("a: *nobody")).toEqual(["1:4 syntax: there is no anchor `nobody` before"]);
    expect(faultsOf("a: {<<: 3}")).toEqual(["1:9 syntax: `<<` merges objects only"]);
    expect(faultsOf("a: &x [*x]")).toEqual(["1:8 syntax: the anchor `x` holds itself"]);
    expect(faultsOf("? [a]\n: 1")).toEqual(["1:3 syntax: a key is a text, not a list or an object"]);
  });

  test("a few lines cannot make millions of values", () => {
    const lines = Array.from({ length: 30 }, (_, at) => {
      const name = `l${at}: &l${at}`;
      return at === 0 ? `${name} [x, x]` : `${name} [*l${at - 1}, *l${at - 1}]`;
    });
    expect(faultsOf(lines.join("\n"))).toEqual([
      expect.stringContaining("the aliases of this text make too much of it"),
    ]);
  });
});

describe("faults", () => {
  test("syntax: the first one", () => {
    expect(faultsOf("a: [1\nb: 2")).toEqual([expect.stringMatching(/^\d:\d syntax: /)]);
    expect(faultsOf("a: b: c")).toHaveLength(1);
    expect(faultsOf("\ta: 1")).toHaveLength(1);
  });

  test("a key twice, dates, what is not finite", () => {
    expect(faultsOf("a: 1\nb: {c: 1, c: 2}\na: 2")).toEqual([
      "2:11 repeated-key: the key `c` stands here again",
      "3:1 repeated-key: the key `a` stands here again",
    ]);
    expect(faultsOf("a: 2024-01-31\nb: .inf")).toEqual([
      "1:4 not-plain: `2024-01-31` is a date",
      "2:4 not-plain: `.inf` is not a finite number",
    ]);
  });
});

test("spans are where the text is", () => {
  const source = new SourceText("k.yaml", "port: 80\nhost:\n  - http://a\n");
  const { value } = parseYaml(source);
  const [port, host] = value?.kind === "object" ? value.members : [];
  const shown = (span: { start: number; end: number }) => source.text.slice(span.start, span.end);
  expect(shown(port!.keySpan)).toBe("port");
  expect(shown(port!.value.span)).toBe("80");
  expect(host!.value.kind === "array" && shown(host!.value.items[0]!.span)).toBe("http://a");
});
