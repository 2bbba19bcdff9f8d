import { describe, expect, it } from "vitest";
import { layoutOf } from "./layout.js";
import { parsePattern } from "./pattern.js";
import { fitted, logstashText, timeText } from "./runtime.js";
import { datagrams, gelfDocument } from "./runtime-gelf.js";

describe("a layout of times", () => {
  it.each([
    [
      "2006/01/02 - 15:04:05.000",
      ["", "2006", "/", "01", "/", "02", " - ", "15", ":", "04", ":", "05", "", ".000", ""],
    ],
    [
      "2006-01-02T15:04:05.000+00:00",
      ["", "2006", "-", "01", "-", "02", "T", "15", ":", "04", ":", "05", "", ".000", "+00:00"],
    ],
    ["Jan _2 3PM", ["", "Jan", " ", "_2", " ", "3", "", "PM", ""]],
    ["Z07:00 -0700", ["", "Z07:00", " ", "-0700", ""]],
    ["January Monday", ["", "January", " ", "Monday", ""]],
  ])("%s", (layout, parts) => {
    expect(layoutOf(layout)).toEqual(parts);
  });

  it("is filled with the present", () => {
    const now = new Date();
    const zone = -now.getTimezoneOffset();
    const offset = `${zone < 0 ? "-" : "+"}${String(Math.floor(Math.abs(zone) / 60)).padStart(2, "0")}:${String(Math.abs(zone) % 60).padStart(2, "0")}`;
    expect(timeText(...layoutOf("2006 -07:00"))).toBe(`${now.getFullYear()} ${offset}`);
    expect(timeText(...layoutOf("Mon Jan _2 15:04:05.000000"))).toMatch(
      /^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d\.\d{3}000$/,
    );
  });
});

describe("a pattern", () => {
  it("is texts and verbs in turn", () => {
    expect(parsePattern("a %{level:.4s}|%{message}")).toEqual([
      { kind: "text", text: "a " },
      { kind: "verb", verb: "level", layout: ".4s" },
      { kind: "text", text: "|" },
      { kind: "verb", verb: "message", layout: undefined },
    ]);
  });

  it.each([
    ["", "logger: invalid log format: "],
    ["plain", "logger: invalid log format: plain"],
    ["%{levl}", "logger: unknown variable: levl"],
  ])("%j is refused", (pattern, reason) => {
    expect(parsePattern(pattern)).toEqual({ reason });
  });
});

describe("messages", () => {
  it("fit a width by characters", () => {
    expect(fitted("DEBUG", 4, 0)).toBe("DEBU");
    expect(fitted("DEBUG", undefined, 7)).toBe("  DEBUG");
    expect(fitted("\xc3\xa9\xc3\xa9\xc3\xa9", 2, -4)).toBe("\xc3\xa9\xc3\xa9  ");
  });

  it("are documents for Logstash, whatever they hold", () => {
    const document = JSON.parse(logstashText("ERROR", 'a "b"', "m")) as Record<string, unknown>;
    expect(Object.keys(document)).toEqual(["@timestamp", "@version", "host", "level", "message", "module"]);
    expect(document).toMatchObject({ "@version": 1, level: "ERROR", message: 'a "b"', module: "m" });
    expect(document["@timestamp"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d$/);
  });

  it("are short for Graylog, and full where they have several lines", () => {
    expect(JSON.parse(gelfDocument("one\nError #01: two\n", 1500))).toMatchObject({
      version: "1.1",
      short_message: "one",
      full_message: "one\nError #01: two",
      timestamp: 1.5,
      level: 6,
    });
    expect(JSON.parse(gelfDocument("one\n"))).not.toHaveProperty("full_message");
  });

  it("are cut into numbered datagrams that hold the whole", () => {
    expect(datagrams(Buffer.alloc(1420))).toHaveLength(1);
    const packed = Buffer.from(Array.from({ length: 4000 }, (_, index) => index % 251));
    const chunks = datagrams(packed);
    expect(chunks.map((chunk) => [...chunk.subarray(0, 2), ...chunk.subarray(10, 12)])).toEqual([
      [0x1e, 0x0f, 0, 3],
      [0x1e, 0x0f, 1, 3],
      [0x1e, 0x0f, 2, 3],
    ]);
    expect(Buffer.concat(chunks.map((chunk) => chunk.subarray(12)))).toEqual(packed);
    expect(datagrams(Buffer.alloc(1408 * 129))).toEqual([]);
  });
});
