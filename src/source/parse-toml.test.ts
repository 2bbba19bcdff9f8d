import { describe, expect, test } from "vitest";
import { plain } from "./located.js";
import { parseToml } from "./parse-toml.js";
import { SourceText } from "./text.js";

function faultsOf(text: string): readonly string[] {
  const source = new SourceText("k.toml", text);
  return parseToml(source).faults.map(({ code, message, span }) => {
    const { line, column } = source.position(span.start);
    return `${line}:${column} ${code}: ${message}`;
  });
}

describe("values", () => {
  test("tables, lists of tables, dotted keys, inline tables", () => {
    const text = `version = 3
name = 'x'
extra_config."router".return_error_msg = true
[[endpoints]]
endpoint = "/a"
[[endpoints.backend]]
url_pattern = "/b"
mapping = { a = "b", c.d = 1.5 }
[[endpoints.backend]]
allow = ["x", "y"]
[endpoints.extra_config.proxy]
sequential = true
[[endpoints]]
endpoint = """/c"""
timeout = 1_000
`;
    const { value, faults } = parseToml(new SourceText("k.toml", text));
    expect(faults).toEqual([]);
    expect(plain(value!)).toEqual({
      version: 3,
      name: "x",
      extra_config: { router: { return_error_msg: true } },
      endpoints: [
        {
          endpoint: "/a",
          backend: [{ url_pattern: "/b", mapping: { a: "b", c: { d: 1.5 } } }, { allow: ["x", "y"] }],
          extra_config: { proxy: { sequential: true } },
        },
        { endpoint: "/c", timeout: 1000 },
      ],
    });
  });

  test("an empty text", () => {
    expect(plain(parseToml(new SourceText("k.toml", "")).value!)).toEqual({});
  });
});

describe("faults", () => {
  test.each([
    ["a = 1\nb = \nc = 2\n", "2:4 syntax: unexpected character"],
    ["a=1\na=2\n", "2:1 repeated-key: a key or table of this name is defined before"],
    ['x = "abc', "1:9 syntax: unterminated string constant"],
    ["{}", "1:1 syntax: unexpected token"],
    ["a = 2024-01-31", "1:5 not-plain: `2024-01-31` is a date or a time"],
    ["a = [1, inf]", "1:9 not-plain: `inf` is not a finite number"],
  ])("%j", (text, fault) => {
    expect(faultsOf(text)).toEqual([fault]);
  });
});
