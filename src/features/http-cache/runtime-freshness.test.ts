import { describe, expect, test } from "vitest";
import { directivesOf, freshnessOf, mayReplaceFailure, saidBy } from "./runtime-freshness.js";

const START = Date.UTC(2024, 0, 1);
const DATE = ["Date", new Date(START).toUTCString()];
const expires = (seconds: number): readonly string[] => [
  "Expires",
  new Date(START + seconds * 1000).toUTCString(),
];
const request = (value?: string): ReturnType<typeof directivesOf> =>
  directivesOf(value === undefined ? [] : ["cache-control", value]);

test("directives come from all lines, in any case", () => {
  const headers = ["Cache-Control", "Max-Age=60 , public,", "X", "no-cache", "cache-control", "NO-STORE"];
  expect([...directivesOf(headers)]).toEqual([
    ["max-age", "60"],
    ["public", ""],
    ["no-store", ""],
  ]);
});

describe("freshness after 10 s", () => {
  test.each<[string, readonly string[], string | undefined, string]>([
    ["max-age not over", [...DATE, "Cache-Control", "max-age=11"], undefined, "fresh"],
    ["max-age just over", [...DATE, "Cache-Control", "max-age=10"], undefined, "stale"],
    ["Expires not over", [...DATE, ...expires(11)], undefined, "fresh"],
    ["Expires over", [...DATE, ...expires(10)], undefined, "stale"],
    ["max-age before Expires", [...DATE, ...expires(99), "Cache-Control", "max-age=1"], undefined, "stale"],
    ["an unreadable max-age", [...DATE, ...expires(99), "Cache-Control", "max-age=soon"], undefined, "stale"],
    ["an unreadable Expires", [...DATE, "Expires", "0"], undefined, "stale"],
    ["nothing said", DATE, undefined, "stale"],
    ["no Date", ["Cache-Control", "max-age=99"], undefined, "stale"],
    ["an unreadable Date", ["Date", "today", "Cache-Control", "max-age=99"], undefined, "stale"],
    ["Age ignored", [...DATE, "Age", "500", "Cache-Control", "max-age=11"], undefined, "fresh"],
    ["s-maxage ignored", [...DATE, "Cache-Control", "s-maxage=99"], undefined, "stale"],
    ["private ignored", [...DATE, "Cache-Control", "private, max-age=99"], undefined, "fresh"],
    ["answer no-cache", [...DATE, "Cache-Control", "no-cache, max-age=99"], undefined, "stale"],
    ["request no-cache", [...DATE, "Cache-Control", "max-age=99"], "no-cache", "bypass"],
    ["request no-store", [...DATE, "Cache-Control", "max-age=99"], "no-store", "fresh"],
    ["request max-age=0", [...DATE, "Cache-Control", "max-age=99"], "max-age=0", "stale"],
    ["a longer max-age of the request", [...DATE, "Cache-Control", "max-age=1"], "max-age=11", "fresh"],
    ["min-fresh", [...DATE, "Cache-Control", "max-age=15"], "min-fresh=5", "stale"],
    ["a smaller min-fresh", [...DATE, "Cache-Control", "max-age=15"], "min-fresh=4", "fresh"],
    ["max-stale with a number", [...DATE, "Cache-Control", "max-age=5"], "max-stale=6", "fresh"],
    ["a smaller max-stale", [...DATE, "Cache-Control", "max-age=5"], "max-stale=5", "stale"],
    ["max-stale without a number", [...DATE, "Cache-Control", "max-age=0"], "max-stale", "fresh"],
    ["only-if-cached", DATE, "only-if-cached", "fresh"],
    ["only-if-cached and answer no-cache", [...DATE, "Cache-Control", "no-cache"], "only-if-cached", "stale"],
  ])("%s", (_about, headers, asked, expected) => {
    expect(freshnessOf(saidBy(headers), request(asked), START + 10_000)).toBe(expected);
  });
});

describe("stale-if-error after 10 s", () => {
  test.each<[string | undefined, string | undefined, boolean]>([
    [undefined, undefined, false],
    ["stale-if-error", undefined, true],
    [undefined, "stale-if-error", true],
    ["stale-if-error=11", undefined, true],
    ["stale-if-error=10", undefined, false],
    ["stale-if-error=99", "stale-if-error=1", false],
    ["stale-if-error=soon", undefined, false],
  ])("answer %j, request %j", (answer, asked, expected) => {
    const headers = answer === undefined ? DATE : [...DATE, "Cache-Control", answer];
    expect(mayReplaceFailure(saidBy(headers), request(asked), START + 10_000)).toBe(expected);
  });
});
