import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { saidBy } from "./runtime-freshness.js";
import { CacheStore, type Entry, MOST_STORE_BYTES } from "./runtime-store.js";

function entry(bytes: number): Entry {
  return {
    answer: { url: "", status: 200, headers: [], body: "x".repeat(bytes) },
    said: saidBy([]),
    varied: [],
  };
}

describe("a store", () => {
  test("gives back what was put in, the last one of a key", () => {
    const store = new CacheStore();
    store.set("a", entry(1));
    const second = entry(2);
    store.set("a", second);
    expect(store.get("a")).toBe(second);
    expect(store.size).toBe(1);
    store.delete("a");
    expect(store.get("a")).toBeUndefined();
  });

  test("drops what was not used for longest above its number", () => {
    const store = new CacheStore({ mostItems: 2 });
    store.set("a", entry(1));
    store.set("b", entry(1));
    store.get("a");
    store.set("c", entry(1));
    expect([store.get("a"), store.get("b"), store.get("c")].map(Boolean)).toEqual([true, false, true]);
  });

  test("drops what was not used for longest above its bytes", () => {
    const store = new CacheStore({ mostBytes: 10_000 });
    store.set("a", entry(4000));
    store.set("b", entry(4000));
    store.set("c", entry(4000));
    expect([store.get("a"), store.get("b"), store.get("c")].map(Boolean)).toEqual([false, true, true]);
  });

  test("counts headers and what an entry costs by itself", () => {
    const store = new CacheStore({ mostBytes: 2000 });
    for (let each = 0; each < 50; each += 1) store.set(String(each), entry(0));
    expect(store.size).toBeLessThan(10);
    store.set("h", {
      answer: { ...entry(0).answer, headers: ["X", "y".repeat(1900)] },
      said: saidBy([]),
      varied: [],
    });
    expect(store.get("h")).toBeUndefined();
  });

  test("does not keep what fills it alone, nor what was there before", () => {
    const store = new CacheStore({ mostBytes: 1000 });
    store.set("a", entry(1));
    store.set("a", entry(1000));
    expect(store.get("a")).toBeUndefined();
    expect(store.size).toBe(0);
  });

  test("has a bound of its own", () => {
    const store = new CacheStore();
    const body = "x".repeat(MOST_STORE_BYTES / 4);
    const large: Entry = {
      answer: { url: "", status: 200, headers: [], body },
      said: saidBy([]),
      varied: [],
    };
    for (const key of ["a", "b", "c", "d", "e"]) store.set(key, large);
    expect(store.size).toBe(3);
    for (const key of ["c", "d", "e"]) store.delete(key);
    expect(store.bytes).toBe(0);
  });

  test("shares that bound with all others, and the one that holds most gives way", () => {
    const body = "x".repeat(MOST_STORE_BYTES / 4);
    const large: Entry = {
      answer: { url: "", status: 200, headers: [], body },
      said: saidBy([]),
      varied: [],
    };
    const first = new CacheStore();
    for (const key of ["a", "b", "c"]) first.set(key, large);
    const second = new CacheStore({ mostItems: 10 });
    second.set("a", large);
    expect([first.get("a"), first.get("b"), second.get("a")].map(Boolean)).toEqual([false, true, true]);
    // Stores with a limit of their own do not count.
    const own = new CacheStore({ mostBytes: MOST_STORE_BYTES });
    own.set("a", large);
    expect([first.size, second.size, own.size]).toEqual([2, 1, 1]);
  });

  test("counts right whatever is done", () => {
    const steps = fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.integer({ min: -1, max: 3000 })));
    fc.assert(
      fc.property(steps, (all) => {
        const store = new CacheStore({ mostItems: 3, mostBytes: 5000 });
        for (const [key, bytes] of all) bytes < 0 ? store.delete(key) : store.set(key, entry(bytes));
        for (const key of ["a", "b", "c", "d"]) store.delete(key);
        // Nothing is left over that would make the store smaller than it is.
        store.set("a", entry(2000));
        store.set("b", entry(2000));
        expect(store.get("a") && store.get("b")).toBeDefined();
      }),
    );
  });
});
