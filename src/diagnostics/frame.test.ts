import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SourceText } from "../source/text.js";
import { codeFrame } from "./frame.js";
import { cellsOf, visible } from "./visible.js";

/** The frame of the first place of `mark` in a text. */
function frameOf(text: string, mark: string): string[] {
  const start = text.indexOf(mark);
  return codeFrame(new SourceText("krakend.json", text).span(start, start + mark.length)).split("\n");
}

describe("code frame", () => {
  test("shows the line before, the line, a caret, the line after", () => {
    const lines = [
      '        "qos/ratelimit/router": {',
      '          "max_rate": 0,',
      '          "capacity": 10',
    ];
    const source = new SourceText("krakend.json", "\n".repeat(40) + lines.join("\r\n"));
    const start = source.text.indexOf("0,");
    expect(codeFrame(source.span(start, start + 1))).toBe(
      [
        '   41 |         "qos/ratelimit/router": {',
        '   42 |           "max_rate": 0,',
        "      |                       ^",
        '   43 |           "capacity": 10',
      ].join("\n"),
    );
  });

  test("leaves out lines that are not there or empty", () => {
    expect(frameOf("{x}", "x")).toEqual(["    1 | {x}", "      |  ^"]);
    expect(frameOf("  \nx\n\n", "x")).toEqual(["    2 | x", "      | ^"]);
    const source = new SourceText("a", "1\n2\n3");
    expect(codeFrame(source.span(2, 3), { context: false })).toBe("    2 | 2\n      | ^");
  });

  test("marks a word as a whole, an empty span with one caret, many lines up to the end of the first", () => {
    expect(frameOf("a word b", "word")[1]).toBe("      |   ^^^^");
    expect(codeFrame(new SourceText("a", "ab").span(2)).split("\n")[1]).toBe("      |   ^");
    expect(frameOf("a {\n}\n", "{\n}")).toEqual(["    1 | a {", "      |   ^", "    2 | }"]);
    expect(codeFrame(new SourceText("a", "").span(0))).toBe("    1 |\n      | ^");
  });

  test("line numbers of any size stay in their column", () => {
    const source = new SourceText("a", "x\n".repeat(200_000));
    expect(codeFrame(source.span(2 * 123_455, 2 * 123_455 + 1)).split("\n")).toEqual([
      "   123455 | x",
      "   123456 | x",
      "          | ^",
      "   123457 | x",
    ]);
  });

  test("tabs become spaces, and the caret stays below its character", () => {
    expect(frameOf('\t"a":\t1', "1")).toEqual(['    1 |     "a":    1', "      |             ^"]);
  });

  test("wide characters count twice, combining ones not at all", () => {
    expect(frameOf("\u65e5\u672c x", "x")[1]).toBe("      |      ^");
    expect(frameOf("e\u0301 x", "x")[1]).toBe("      |   ^");
    expect(frameOf("\ud83d\ude00x", "\ud83d\ude00")[1]).toBe("      | ^^");
  });

  test("control and direction characters are written out", () => {
    expect(frameOf('"\u001b[31m\u202e" x', "x")).toEqual([
      '    1 | "\\u001b[31m\\u202e" x',
      `      | ${" ".repeat(19)}^`,
    ]);
  });

  test("a long line is cut around the place", () => {
    const text = `${"a".repeat(1000)}HERE${"b".repeat(1000)}`;
    const [line, caret] = frameOf(text, "HERE");
    expect(line).toBe(`    1 | ...${"a".repeat(60)}HERE${"b".repeat(96)}...`);
    expect(caret).toBe(`      | ${" ".repeat(63)}^^^^`);
    expect(frameOf(`HERE${text.slice(4)}`, "HERE")[0]).toBe(`    1 | HERE${"a".repeat(156)}...`);
    const atEnd = frameOf(`${"a".repeat(500)}HERE`, "HERE");
    expect(atEnd[0]).toBe(`    1 | ...${"a".repeat(156)}HERE`);
    expect(atEnd[1]).toBe(`      | ${" ".repeat(159)}^^^^`);
  });

  test("neighbours of a long line are cut at the same place", () => {
    const text = `${"1".repeat(500)}\n${"2".repeat(300)}X${"2".repeat(300)}\nshort`;
    const frame = frameOf(text, "X");
    expect(frame[0]).toBe(`    1 | ...${"1".repeat(160)}...`);
    expect(frame).toHaveLength(3);
  });

  test("a line of 5 MB is no trouble", () => {
    const text = `${"\u65e5".repeat(2_500_000)}X${"\t".repeat(2_500_000)}`;
    const started = performance.now();
    const [line, caret] = frameOf(text, "X");
    expect(line).toContain("X");
    expect(caret?.indexOf("^")).toBe(8 + 3 + 60);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test("whatever the text, every line fits and no character can act on the terminal", () => {
    const unit = fc.oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
      fc.constantFrom("\n", "\t", "\ud800", "\u001b"),
    );
    const anyText = fc.string({ unit, maxLength: 600, size: "max" });
    fc.assert(
      fc.property(anyText, fc.nat(), fc.nat({ max: 50 }), (text, place, length) => {
        const start = place % (text.length + 1);
        const frame = codeFrame(new SourceText("a", text).span(start, Math.min(text.length, start + length)));
        expect(frame).toContain("^");
        for (const line of frame.split("\n")) {
          expect(visible(line)).toBe(line);
          expect(line.length).toBeLessThan(6 * 200);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("paints what it is told to", () => {
    const paint = { gutter: (text: string) => `<${text}>`, caret: (text: string) => `(${text})` };
    expect(codeFrame(new SourceText("a", "xy").span(1, 2), { paint })).toBe("<    1 |> xy\n<      |>  (^)");
  });
});

test("cells tell what is shown and how wide", () => {
  expect(cellsOf("a\t\u0007\u65e5")).toEqual([
    { text: "a", width: 1, units: 1 },
    { text: "   ", width: 3, units: 1 },
    { text: "\\u0007", width: 6, units: 1 },
    { text: "\u65e5", width: 2, units: 1 },
  ]);
  expect(visible("a\n\udc00\u{e0001}")).toBe("a\\u000a\\udc00\\u{e0001}");
});
