import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { closest } from "./suggest.js";

describe("closest", () => {
  const keys = [
    "endpoint",
    "method",
    "timeout",
    "backend",
    "host",
    "allow",
    "deny",
    "url_pattern",
    "is_collection",
  ];
  test.each([
    ["endpont", "endpoint"],
    ["endponit", "endpoint"],
    ["Timeout", "timeout"],
    ["alow", "allow"],
    ["hots", "host"],
    ["urlPattern", "url_pattern"],
    ["is-colection", "is_collection"],
    ["bakcnd", "backend"],
    ["dney", "deny"],
    ["HOST", "host"],
  ])("%s is meant to be %s", (word, meant) => {
    expect(closest(word, keys)).toBe(meant);
  });

  test.each(["cache", "x", "", "hoax", "method_name_of_mine"])("%j is close to nothing", (word) => {
    expect(
      closest(
        word,
        keys.filter((key) => key !== "deny"),
      ),
    ).toBeUndefined();
  });

  test("short words must nearly fit", () => {
    expect(closest("tsl", ["tls", "url"])).toBe("tls");
    expect(closest("ab", ["ba", "AB"])).toBe("AB");
    expect(closest("a", ["b"])).toBeUndefined();
  });

  test("`most` is a bound, not a wish", () => {
    expect(closest("conection_tmeot", ["connection_timeout"])).toBe("connection_timeout");
    expect(closest("conection_tmeot", ["connection_timeout"], 2)).toBeUndefined();
    expect(closest("abc", ["xyz"], 9)).toBeUndefined();
  });

  test("the nearest wins, then the same case, then the first", () => {
    expect(closest("timeot", ["timer", "timeout"])).toBe("timeout");
    expect(closest("Timeot", ["timeout", "Timeout"])).toBe("Timeout");
    expect(closest("cat", ["bat", "hat"])).toBe("bat");
  });

  test("a word is closest to itself", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.array(fc.string()), (word, others) => {
        expect(closest(word, [...others, word])).toBe(word);
      }),
    );
  });

  test("one edit anywhere in a longer word is forgiven", () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 }), fc.constantFrom("", "z", "zz"), (at, instead) => {
        const word = "url_pattern";
        expect(closest(word.slice(0, at) + instead + word.slice(at + 1), keys)).toBe(word);
      }),
    );
  });
});
