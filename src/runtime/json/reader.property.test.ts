// The reader against its slow twin (value.ts) and against JSON.parse, over documents with all that
// upstreams write: odd white space, escaped and repeated keys, bytes that are no text, huge numbers.

import * as fc from "fast-check";
import { expect, it } from "vitest";
import { parseAsJson } from "../../../test/support/json-oracle.js";
import { decodeCollection, decodeObject, decodeSafe } from "./decode.js";
import { document, readKeyed } from "./members.js";
import { JsonFault, type JsonReader } from "./reader.js";
import { fromUtf8, quote, utf8 } from "./text.js";
import { type JsonValue, parseValue, printValue } from "./value.js";

const WANTED = new Set(["a", "<"].map((key) => quote(key).slice(1, -1)));

const space = fc.constantFrom("", "", "", " ", "\n  ", "\t\r\n ");
const piece = fc.constantFrom(
  ...[
    "a",
    "plain words",
    "<",
    ">",
    "&",
    '\\"',
    "\\\\",
    "\\/",
    "\\n",
    "\\u0041",
    "\\u003C",
    "\\u2028",
    "\x7f",
  ],
  ...["\\ud83d\\ude00", "\\ud800", "\\udc00", "\\uFFFD", utf8("é"), utf8("漢字"), utf8("😀"), utf8("\u2028")],
  ...["\xff", "\xc0\x80", "\xe2\x80", "\xed\xa0\x80", "\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xef\xbb\xbf"],
);
const string = fc.array(piece, { maxLength: 4 }).map((pieces) => `"${pieces.join("")}"`);
const key = fc.oneof(string, fc.constantFrom('"a"', '"\\u0061"', '"<"', '"\\u003c"', '"b"', '"__proto__"'));
const number = fc.constantFrom(
  "0",
  "-0",
  "1.0",
  "1e5",
  "-1.5E-7",
  "9007199254740993",
  "1E+400",
  "31".repeat(40),
);
const scalar = fc.oneof(string, number, fc.constantFrom("true", "false", "null"));

/** Items within brackets, with white space wherever it may be. */
function listed(open: string, item: fc.Arbitrary<string>, close: string): fc.Arbitrary<string> {
  return fc
    .array(fc.tuple(space, item, space), { maxLength: 5 })
    .chain((items) =>
      space.map((only) => open + (items.map((item) => item.join("")).join(",") || only) + close),
    );
}

const { value, object } = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 4, depthSize: "small" }, scalar, tie("object"), tie("array")),
  object: listed(
    "{",
    fc.tuple(key, space, fc.constant(":"), space, tie("value")).map((parts) => parts.join("")),
    "}",
  ),
  array: listed("[", tie("value"), "]"),
}));

const byte = fc.oneof(
  fc.constantFrom(...'{}[],:"\\u01-+.eEtfn \n<x\x00'),
  fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
);
const damage = fc.array(fc.tuple(fc.nat(), fc.constantFrom("cut", "drop", "insert", "replace"), byte), {
  minLength: 1,
  maxLength: 3,
});
const damaged = fc.tuple(value, damage).map(([text, blows]) => blows.reduce(strike, text));

function strike(text: string, [place, blow, byte]: [number, string, string]): string {
  const at = place % (text.length + 1);
  if (blow === "cut") return text.slice(0, at);
  return text.slice(0, at) + (blow === "drop" ? "" : byte) + text.slice(blow === "insert" ? at : at + 1);
}

function reprint(text: string): string {
  return printValue(parsed(text));
}

function parsed(text: string): JsonValue {
  const result = parseValue(text);
  if (result instanceof JsonFault) throw new Error(`${result.message} in ${JSON.stringify(text)}`);
  return result;
}

function readWanted(json: JsonReader): string {
  const kept = new Map<string, string>();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    if (WANTED.has(key)) kept.set(key, json.keep());
    else json.skip();
  }
  return document([...kept].map(([key, text]) => `,"${key}":${text}`).join(""));
}

it("keeping listed keys is parsing, picking and printing", () => {
  fc.assert(
    fc.property(object, (text) => {
      const all = parsed(text) as Map<string, JsonValue>;
      const picked = new Map(["a", "<"].flatMap((key) => (all.has(key) ? [[key, all.get(key)!]] : [])));
      expect(reprint(decodeObject({ body: text }, readWanted) as string)).toBe(
        printValue(picked as JsonValue),
      );
    }),
    { numRuns: 1000 },
  );
});

it("what is kept means what was written, to JSON.parse too, and holds no markup", () => {
  fc.assert(
    fc.property(value, (text) => {
      const kept = decodeSafe(
        { body: text },
        (json) => document(json.keepMembers()),
        String,
        String,
      ) as string;
      expect(reprint(kept)).toBe(reprint(text));
      expect(parseAsJson(fromUtf8(kept))).toEqual(parseAsJson(fromUtf8(reprint(text))));
      expect(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(kept, "latin1"))).not.toMatch(
        /[<>&\u2028\u2029]/,
      );
    }),
    { numRuns: 1000 },
  );
});

it("keys are equal as texts when they are equal as keys", () => {
  fc.assert(
    fc.property(object, (text) => {
      const keyed = decodeObject({ body: text }, readKeyed) as Map<string, string>;
      const keys = [...(parsed(text) as Map<string, JsonValue>).keys()];
      expect([...keyed.keys()]).toEqual(keys.map((key) => quote(key).slice(1, -1)));
    }),
    { numRuns: 500 },
  );
});

it("damaged texts are judged as the twin judges them, in the same words", () => {
  fc.assert(
    fc.property(damaged, (text) => {
      const twin = parseValue(text);
      const results = [
        decodeSafe({ body: text }, (json) => document(json.keepMembers()), String, String),
        decodeSafe({ body: text }, () => "skipped", String, String),
        decodeObject({ body: text }, readWanted),
        decodeCollection({ body: text }),
      ];
      const faults = results.map((result) => (result instanceof JsonFault ? result.message : undefined));
      if (twin instanceof JsonFault) expect(faults).toEqual(faults.map(() => twin.message));
      else expect(faults.slice(0, 2)).toEqual([undefined, undefined]);
    }),
    { numRuns: 2000 },
  );
});

it("damaged texts are judged as JSON.parse judges them, what follows the value aside", () => {
  fc.assert(
    fc.property(damaged, (text) => {
      const fault = decodeSafe({ body: text }, () => "", String, String);
      if (fault instanceof JsonFault) expect(isJson(text)).toBe(false);
      else expect(prefixes(text).some(isJson)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

function isJson(bytes: string): boolean {
  try {
    JSON.parse(new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.from(bytes, "latin1")));
    return true;
  } catch {
    return false;
  }
}

/** The text and all its beginnings, the longest first. */
function prefixes(text: string): string[] {
  return Array.from({ length: text.length }, (_, cut) => text.slice(0, text.length - cut));
}
