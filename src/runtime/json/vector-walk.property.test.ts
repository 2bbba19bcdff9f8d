// The walk by WebAssembly against its twin in JavaScript: the same ends, the same notes, the same
// words for the same faults, at every place of a block of 64 bytes.
import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { decodeSafe } from "./decode.js";
import { JsonFault, JsonReader } from "./reader.js";
import { giveBackVectors, LEAST_BYTES, lendVectors } from "./vector-walk.js";
import { bytesOf } from "./workspace.js";

const token = fc.constantFrom(
  ...['{"a":', '{"a" :', "{", "}", "[", "]", ",", ":", " ", "\n\t\r  ", " ".repeat(40), '"', '"key"', '""'],
  ...["0", "-0", "-", "17", "01", "1.5", "1.", "-1.25e+10", "2E", "2e-", "9".repeat(40), "true", "false"],
  ...[
    "null",
    "tru",
    "nulL",
    "fals",
    "\\",
    '"\\u00',
    '"\\ud83d\\ude00"',
    '"\\ud83dx"',
    '"\\udc00"',
    '"\\ud800\\u0041"',
  ],
  ...[
    '"\\ud800\\u00zz"',
    '"\\b\\f\\n\\r\\t\\/\\\\\\""',
    '"\\v"',
    '"\\a"',
    '"<b>&"',
    '"\xc3\xa9"',
    '"\xe2\x80\xa8"',
    '"\xe2\x80\xa9"',
  ],
  ...[
    '"\xe2\x80"',
    '"\xff"',
    '"\xed\xa0\x80"',
    '"\xf0\x9f\x98\x80"',
    '"\xf4\x90\x80\x80"',
    '"\xe0\x9f\xbf"',
    '"\xc1\x81"',
  ],
  ...['"\x01"', '"\x1f"', '"\x7f"', "\x00", "\xa0", "x"],
);
const filler = fc.integer({ min: 0, max: 140 }).map((length) => `"${"f".repeat(length)}"`);
const sound = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    filler,
    token.filter(isValue),
    fc.array(tie("value"), { maxLength: 5 }).map((items) => `[${items.join(", ")}]`),
    fc
      .array(fc.tuple(fc.oneof(filler, token.filter(isString)), tie("value")), { maxLength: 5 })
      .map((members) => `{${members.map(([key, value]) => `${key}:${value}`).join(",")}}`),
  ),
})).value;
const text = fc.oneof(
  sound,
  fc.array(fc.oneof(token, filler), { maxLength: 12 }).map((tokens) => tokens.join("")),
  fc.tuple(sound, fc.nat(), token).map(([value, at, broken]) => {
    const place = at % (value.length + 1);
    return value.slice(0, place) + broken + value.slice(place);
  }),
);

function isValue(text: string): boolean {
  const twin = new JsonReader(text);
  try {
    twin.skip();
    return text.trim() !== "" && twin.firstByte() === undefined;
  } catch {
    return false;
  }
}

function isString(text: string): boolean {
  return text.startsWith('"') && isValue(text);
}

function firstByteBehind(reader: JsonReader): number | undefined {
  reader.skip();
  return reader.firstByte();
}

/** What each walk makes of a text: its slice, or the fault; and whether the fast one got through. */
function walks(json: string, use: (reader: JsonReader) => unknown) {
  const vectors = lendVectors(Math.max(json.length, LEAST_BYTES))!;
  vectors.workspace.fill(0x22, 0, json.length + 100);
  vectors.workspace.set(bytesOf(json));
  try {
    return [
      attempt(() => use(new JsonReader(json, vectors.workspace, vectors))),
      attempt(() => use(new JsonReader(json))),
    ];
  } finally {
    giveBackVectors(vectors);
  }
}

function attempt(use: () => unknown): unknown {
  try {
    return use();
  } catch (fault) {
    if (fault instanceof JsonFault) return fault.message;
    throw fault;
  }
}

/** The end that the fast walk finds by itself; negative where it leaves the text to its twin. */
function vectorEnd(json: string, keep: boolean, levels = 10_000): number {
  const vectors = lendVectors(Math.max(json.length, LEAST_BYTES))!;
  vectors.workspace.set(bytesOf(json));
  const end = vectors.end(0, keep, levels);
  vectors.takeNoted();
  giveBackVectors(vectors);
  return end;
}

it("keeps and skips what its twin keeps and skips", () => {
  fc.assert(
    fc.property(text, fc.nat({ max: 70 }), (json, spaces) => {
      const padded = " ".repeat(spaces) + json;
      const [kept, keptByTwin] = walks(padded, (reader) => reader.keep());
      expect(kept).toBe(keptByTwin);
      const [rest, restByTwin] = walks(padded, firstByteBehind);
      expect(rest).toBe(restByTwin);
    }),
    { numRuns: 20_000 },
  );
});

it("leaves nothing sound to its twin", () => {
  fc.assert(
    fc.property(sound, fc.boolean(), (json, keep) => {
      expect(vectorEnd(json, keep)).toBe(json.length);
    }),
    { numRuns: 5000 },
  );
});

it("gives up what its twin calls a fault", () => {
  fc.assert(
    fc.property(text, fc.boolean(), (json, keep) => {
      const twin = attempt(() => void new JsonReader(json).skip());
      if (typeof twin === "string") expect(vectorEnd(json, keep)).toBeLessThan(0);
      else expect(vectorEnd(json, keep)).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 10_000 },
  );
});

it("takes no byte but a plus or a minus for the sign of an exponent", () => {
  const ends = Array.from({ length: 128 }, (_, byte) => String.fromCharCode(byte)).filter(
    (sign) => vectorEnd(`[1e${sign}5,2E${sign}5,0.1e${sign}5]`, false) > 0,
  );
  expect(ends).toEqual(["+", "-", ..."0123456789"]);
});

it("counts levels", () => {
  expect(vectorEnd("[[[]]]", false, 3)).toBe(6);
  expect(vectorEnd("[[[]]]", false, 2)).toBeLessThan(0);
  const deepest = "[".repeat(10_000) + "]".repeat(10_000);
  const read = (body: string) => decodeSafe<unknown>({ body }, String, (list) => list.length, String);
  expect(read(deepest)).toBe(20_000);
  expect(read(`[${deepest}]`)).toMatchObject({ message: "invalid character '[' exceeded max depth" });
  expect(read(`{"a":${"[".repeat(10_000)}`)).toMatchObject({
    message: "invalid character '[' exceeded max depth",
  });
});

it("is lent once, whatever happens in a decoder, and grows with the texts", () => {
  const sizes = [LEAST_BYTES, 70_000, 4_000_000, 5_000_000, 3000];
  for (const size of sizes) {
    const inner = { body: `["${"i".repeat(size)}"]` };
    const outer = { body: `{"a":"${"o".repeat(size)}","b":1}` };
    const read = decodeSafe<unknown>(
      outer,
      (json) => {
        const first = json.key();
        const length = (decodeSafe(inner, String, String, String) as string).length;
        return [first, json.keep().length, length, json.key(), json.keep()];
      },
      String,
      String,
    );
    expect(read).toEqual(["a", size + 2, size + 4, "b", "1"]);
  }
  expect(lendVectors(LEAST_BYTES - 1)).toBeNull();
  const vectors = lendVectors(LEAST_BYTES);
  expect(vectors).not.toBeNull();
  giveBackVectors(vectors!);
});

it("is of the source that stands beside it", () => {
  const script = new URL("../../../scripts/vectors.mjs", import.meta.url).pathname;
  const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
});
