import { expect, test } from "vitest";
import { KeyedHash } from "./runtime-hash.js";

/** Of the reference implementation: key 00..07, the text of length n is 00..n-1. */
const VECTORS: readonly (readonly [number, string])[] = [
  [0, "218d1f59b9b83cc8"],
  [1, "be552412f8387315"],
  [2, "064f39ef7c50eb57"],
  [3, "ce0f1a45f7060679"],
  [4, "d5e78a175be52ea1"],
  [5, "cb9d7c3f2f3db580"],
  [7, "ff202728b07bc684"],
  [8, "edfee820bce4858c"],
  [15, "217d0bcb4e81c902"],
  [16, "7336aad25f7bf3b5"],
  [31, "863c7f155c34117c"],
  [63, "2ea63c71bf326087"],
];

test.each(VECTORS)("the reference's result for %i bytes", (length, expected) => {
  const hash = new KeyedHash(0x03020100, 0x07060504);
  hash.of(String.fromCharCode(...Array.from({ length }, (_, index) => index)));
  const bytes = Buffer.alloc(8);
  bytes.writeInt32LE(hash.low, 0);
  bytes.writeInt32LE(hash.high, 4);
  expect(bytes.toString("hex")).toBe(expected);
});

test("bytes above 127 count whole, and another key gives another result", () => {
  const results = new Set<string>();
  for (const key of [1, 2]) {
    const hash = new KeyedHash(key, 0);
    for (const text of ["\xff\xfe", "\x7f\x7e", "\xff\xfe\0", "\xfe\xff"]) {
      hash.of(text);
      results.add(`${hash.low} ${hash.high}`);
    }
  }
  expect(results.size).toBe(8);
});
