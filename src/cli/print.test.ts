import { describe, expect, test } from "vitest";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { SourceText } from "../source/text.js";
import { printGithub, printJson, printPretty, summary } from "./print.js";

const source = new SourceText("krakend.json", '{\n  "max_rate": 0,\n  "max_rate": 1\n}\n');

const rate: Diagnostic = {
  code: "rate-limit/rate-not-positive",
  severity: "error",
  message: "`max_rate` is 0, so no limit would be installed",
  span: source.span(16, 17),
  krakend: "starts and serves this endpoint without a limit",
  hint: "give a rate above 0, or delete the block",
};
const repeated: Diagnostic = {
  code: "config/duplicate-key",
  severity: "warning",
  message: "`max_rate` stands here again",
  span: source.span(21, 31),
  related: [{ span: source.span(4, 14), note: "it stands here first" }],
};
const remark: Diagnostic = {
  code: "config/remark",
  severity: "info",
  message: "fine",
  span: source.span(0, 35),
};

describe("for a terminal", () => {
  test("head, place, frame, KrakenD, hint, in the order of the text", () => {
    const pointer = (each: Diagnostic) => (each === rate ? "/max_rate" : undefined);
    expect(printPretty([repeated, rate, rate], { colour: false, pointer })).toBe(`\
error[rate-limit/rate-not-positive]: \`max_rate\` is 0, so no limit would be installed
  --> krakend.json:2:15  /max_rate
    1 | {
    2 |   "max_rate": 0,
      |               ^
    3 |   "max_rate": 1
  krakend: starts and serves this endpoint without a limit
  hint: give a rate above 0, or delete the block

warning[config/duplicate-key]: \`max_rate\` stands here again
  --> krakend.json:3:3
    2 |   "max_rate": 0,
    3 |   "max_rate": 1
      |   ^^^^^^^^^^
    4 | }
  ... krakend.json:2:3  it stands here first
    2 |   "max_rate": 0,
      |   ^^^^^^^^^^
`);
  });

  test("nothing to say is nothing", () => {
    expect(printPretty([], { colour: false })).toBe("");
  });

  test("colours change nothing but the colours", () => {
    const all = [rate, repeated, remark];
    const coloured = printPretty(all, { colour: true });
    expect(coloured).toContain("\u001b[31merror[rate-limit/rate-not-positive]\u001b[39m: \u001b[1m");
    expect(coloured).toContain("\u001b[33mwarning[");
    expect(coloured.replace(/\u001b\[\d+m/g, "")).toBe(printPretty(all, { colour: false }));
  });

  test("text of the configuration cannot act on the terminal", () => {
    const hostile = new SourceText("a\u001b[2J.json", "\u001b]0;x\u0007");
    const said: Diagnostic = {
      ...rate,
      span: hostile.span(0, 1),
      message: "bad \u001b[31m",
      hint: "one\ntwo\u0007",
      krakend: "\u202e",
      related: [{ span: hostile.span(0), note: "\u009b" }],
    };
    const printed = printPretty([said], { colour: false, pointer: () => "/\u001b" });
    expect(printed).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(printed).toContain("  hint: one\n    two\\u0007\n");
  });

  test("a file without text has a name, but no place", () => {
    const said: Diagnostic = { ...remark, severity: "error", span: new SourceText("gone.json", "").span(0) };
    expect(printPretty([said], { colour: false })).toBe("error[config/remark]: fine\n  --> gone.json\n");
  });
});

describe("for a program", () => {
  test("every place in full, counts at the end", () => {
    expect(JSON.parse(printJson([remark, repeated, rate]))).toEqual({
      version: 1,
      diagnostics: [
        {
          file: "krakend.json",
          line: 1,
          column: 1,
          endLine: 4,
          endColumn: 1,
          offset: 0,
          endOffset: 35,
          code: "config/remark",
          severity: "info",
          message: "fine",
        },
        {
          file: "krakend.json",
          line: 2,
          column: 15,
          endLine: 2,
          endColumn: 16,
          offset: 16,
          endOffset: 17,
          code: rate.code,
          severity: "error",
          message: rate.message,
          hint: rate.hint,
          krakend: rate.krakend,
        },
        {
          file: "krakend.json",
          line: 3,
          column: 3,
          endLine: 3,
          endColumn: 13,
          offset: 21,
          endOffset: 31,
          code: repeated.code,
          severity: "warning",
          message: repeated.message,
          related: [
            {
              file: "krakend.json",
              line: 2,
              column: 3,
              endLine: 2,
              endColumn: 13,
              offset: 4,
              endOffset: 14,
              note: "it stands here first",
            },
          ],
        },
      ],
      errors: 1,
      warnings: 1,
    });
  });

  test("is the same for the same findings in any order", () => {
    expect(printJson([rate, repeated, remark])).toBe(printJson([remark, rate, repeated, rate]));
    expect(JSON.parse(printJson([]))).toEqual({ version: 1, diagnostics: [], errors: 0, warnings: 0 });
  });

  test("the same finding in two files is two findings", () => {
    const other = { ...rate, span: new SourceText("other.json", source.text).span(16, 17) };
    expect(JSON.parse(printJson([rate, other])).errors).toBe(2);
  });
});

describe("for a GitHub workflow", () => {
  test("one escaped line each, with columns only within a line", () => {
    const odd: Diagnostic = {
      ...rate,
      severity: "warning",
      message: "100%: a,b\r\nnext",
      span: new SourceText("dir/a,b:c%.json", "x").span(0, 1),
    };
    expect(printGithub([odd, remark, rate]).split("\n")).toEqual([
      "::warning file=dir/a%2Cb%3Ac%25.json,line=1,endLine=1,col=1,endColumn=2,title=rate-limit/rate-not-positive" +
        `::100%25: a,b%0Anext%0Akrakend: ${rate.krakend}%0Ahint: ${rate.hint}`,
      "::notice file=krakend.json,line=1,endLine=4,title=config/remark::fine",
      "::error file=krakend.json,line=2,endLine=2,col=15,endColumn=16,title=rate-limit/rate-not-positive" +
        `::${rate.message}%0Akrakend: ${rate.krakend}%0Ahint: ${rate.hint}`,
      "",
    ]);
  });
});

test.each([
  [[], "no problems"],
  [[rate], "1 error"],
  [[rate, rate], "1 error"],
  [[rate, { ...rate, span: source.span(0) }, repeated], "2 errors, 1 warning"],
  [[remark], "1 note"],
])("summary %#", (diagnostics, text) => {
  expect(summary(diagnostics)).toBe(text);
});
