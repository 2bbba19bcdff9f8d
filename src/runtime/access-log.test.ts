import { describe, expect, it } from "vitest";
import { accessLine, latencyText, quoteAsGo } from "./access-log.js";
import { type Exchange, Place } from "./exchange.js";
import { utf8 } from "./json/text.js";
import { UpstreamError } from "./upstream-error.js";

const exchange = (more: Partial<Exchange>): Exchange =>
  ({ method: "GET", path: "/foo", query: "", clientIp: "127.0.0.1", place: Place.none, ...more }) as Exchange;

describe("a line of the access log", () => {
  it("has the columns of gin", () => {
    const line = accessLine(exchange({ query: "a=1" }), 200, 0.12345);
    expect(line).toMatch(/^\[GIN\] \d{4}\/\d\d\/\d\d - \d\d:\d\d:\d\d \| 200 \| /);
    expect(line.slice(line.indexOf("| 200"))).toBe(
      `| 200 | 123.45\xc2\xb5s |       127.0.0.1 | GET      "/foo?a=1"\n`,
    );
  });

  it("is followed by the parts of a failure, counted from one", () => {
    const parts = [new UpstreamError("status", "one"), new UpstreamError("timeout", "two\nlines")];
    const failure = new UpstreamError("status", "one\ntwo", 0, undefined, parts);
    expect(
      accessLine(exchange({ failure, method: "OPTIONS" }), 500, 2)
        .split("\n")
        .slice(1),
    ).toEqual(["Error #01: one", "Error #02: two\\x0alines", ""]);
  });
});

describe("the time a request took", () => {
  it.each([
    [0, "      0s"],
    [0.0005, "   500ns"],
    [0.004529, " 4.529\xc2\xb5s"],
    [0.12345, "123.45\xc2\xb5s"],
    [1, "     1ms"],
    [1.23456, "  1.23ms"],
    [999.999, "999.99ms"],
    [1000, "      1s"],
    [1234.5, "   1.23s"],
    [60_000, "    1m0s"],
    [61_000, "    1m0s"],
    [95_000, "   1m30s"],
    [3_725_000, "  1h2m0s"],
  ])("%d ms is %j", (ms, text) => {
    expect(latencyText(ms)).toBe(text);
  });
});

describe("a text in quotes", () => {
  it.each([
    ['/a "b"\\', '"/a \\"b\\"\\\\"'],
    ["/a\n\t\x01\x7f", '"/a\\n\\t\\x01\\x7f"'],
    [utf8("/é"), utf8('"/é"')],
    [utf8("/\u00a0\u202e\u{e0001}"), '"/\\u00a0\\u202e\\U000e0001"'],
    ["/\xff\xc3", '"/\\xff\\xc3"'],
  ])("%j is %j", (text, quoted) => {
    expect(quoteAsGo(text)).toBe(quoted);
  });
});
