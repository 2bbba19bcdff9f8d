// The texts that a sequence writes into paths, against the obvious way to print and look up values.
import fc from "fast-check";
import { expect, it } from "vitest";
import { readKeyed } from "../../src/runtime/json/members.js";
import { JsonReader } from "../../src/runtime/json/reader.js";
import { utf8 } from "../../src/runtime/json/text.js";
import { JsonNumber, type JsonValue, parseValue } from "../../src/runtime/json/value.js";
import { valueText } from "../../src/runtime/sequence.js";

const key = fc.constantFrom("a", "b", "c-d", "x_1", "0");
const scalar = fc.constantFrom(
  "1.0",
  "1e5",
  "-0",
  "12345678901234567890",
  '""',
  '"x/y z?"',
  '"é\\n\\u0041"',
  "null",
  "true",
  "false",
);
const { object } = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalar,
    tie("object"),
    fc.array(tie("value"), { maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
  ),
  object: fc
    .array(fc.tuple(key, tie("value")), { maxLength: 4 })
    .map((members) => `{${members.map(([name, text]) => `"${name}" : ${text}`).join(",")}}`),
}));

function printed(value: JsonValue): string {
  if (value === null) return "<nil>";
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(printed).join(" ")}]`;
  if (!(value instanceof Map)) return String(value);
  const keys = [...value.keys()].sort();
  return `map[${keys.map((name) => `${name}:${printed(value.get(name)!)}`).join(" ")}]`;
}

function expected(data: Map<string, JsonValue>, path: readonly string[]): string | undefined {
  let deepest = data;
  for (const name of path.slice(0, -1)) {
    const next = deepest.get(name);
    if (!(next instanceof Map)) break;
    deepest = next;
  }
  const found = deepest.get(path.at(-1)!);
  if (found === undefined) return undefined;
  return Array.isArray(found) ? found.map(printed).join(",") : printed(found);
}

it("values have the text that Go gives them", () => {
  fc.assert(
    fc.property(object, fc.array(key, { minLength: 1, maxLength: 4 }), (document, path) => {
      const text = utf8(document);
      const json = new JsonReader(text);
      json.enterObject();
      expect(valueText(readKeyed(json), ...path)).toBe(
        expected(parseValue(text) as Map<string, JsonValue>, path),
      );
    }),
    { numRuns: 3000 },
  );
});

it("values nested as deep as may be do not take the stack", () => {
  const deep = `${"[".repeat(9000)}1${"]".repeat(9000)}`;
  expect(valueText(new Map([["a", deep]]), "a")).toBe(deep.slice(1, -1));
});

it("an answer without data has no values", () => {
  expect(valueText(null, "a")).toBeUndefined();
  expect(valueText(undefined, "a", "b")).toBeUndefined();
});
