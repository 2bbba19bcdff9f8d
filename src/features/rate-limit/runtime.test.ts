import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { standardOutput } from "../../runtime/lines.js";
import { addressIn, type ClientLimit, KeyedBuckets, TokenBucket } from "./runtime.js";

/** How many of `tries` requests at one time get through. */
function passed(bucket: TokenBucket, now: number, tries: number): number {
  let count = 0;
  for (let each = 0; each < tries; each += 1) if (bucket.take(now)) count += 1;
  return count;
}

describe("a bucket", () => {
  test("starts full", () => {
    expect(passed(new TokenBucket(1, 3, 0), 0, 10)).toBe(3);
  });

  test("adds nothing while a token is left, and keeps counting from the last refill", () => {
    const bucket = new TokenBucket(1, 2, 0);
    expect(passed(bucket, 900, 1)).toBe(1);
    expect(passed(bucket, 1900, 1)).toBe(1);
    // Empty since 1.9 s, but counted from the start: one token is due, and not two.
    expect(passed(bucket, 1900, 5)).toBe(1);
    expect(passed(bucket, 1999, 5)).toBe(0);
    expect(passed(bucket, 2000, 5)).toBe(1);
  });

  test("adds one token per interval once it is empty", () => {
    const bucket = new TokenBucket(2, 4, 0);
    expect(passed(bucket, 0, 9)).toBe(4);
    expect(passed(bucket, 499, 9)).toBe(0);
    expect(passed(bucket, 500, 9)).toBe(1);
    expect(passed(bucket, 2000, 9)).toBe(3);
  });

  test("lets what was left, a full bucket and one more through after an idle time", () => {
    const bucket = new TokenBucket(4, 4, 0);
    expect(passed(bucket, 5000, 20)).toBe(9);
    expect(passed(bucket, 5000, 20)).toBe(0);
  });

  test("charges the request that fills it, but not the one that would overfill it", () => {
    const exact = new TokenBucket(1, 2, 0);
    passed(exact, 0, 2);
    expect(passed(exact, 2000, 9)).toBe(2);
    const over = new TokenBucket(1, 2, 0);
    passed(over, 0, 2);
    expect(passed(over, 3000, 9)).toBe(3);
  });

  test("does not lose the part of an interval that has passed", () => {
    const bucket = new TokenBucket(1, 1, 0);
    passed(bucket, 0, 1);
    expect(bucket.take(1700)).toBe(true);
    expect(bucket.take(1999)).toBe(false);
    expect(bucket.take(2000)).toBe(true);
  });

  test("holds one and starts empty with a capacity of 0", () => {
    const bucket = new TokenBucket(0.5, 0, 0);
    expect(passed(bucket, 1999, 5)).toBe(0);
    expect(passed(bucket, 2000, 5)).toBe(1);
    expect(passed(bucket, 60_000, 5)).toBe(2);
  });

  test("is not misled by a request that arrived before the last refill", () => {
    const bucket = new TokenBucket(1, 1, 0);
    expect(bucket.take(5000)).toBe(true);
    expect(passed(bucket, 5000, 9)).toBe(2);
    expect(bucket.take(10)).toBe(false);
    expect(bucket.take(6000)).toBe(true);
  });

  test("copes with rates beyond the clock", () => {
    expect(passed(new TokenBucket(1e12, 1, 0), 1, 3)).toBe(3);
    const slow = new TokenBucket(0, 1, 0);
    expect(passed(slow, 0, 3)).toBe(1);
    expect(passed(slow, 9e11, 3)).toBe(0);
  });

  test("never lets more through than KrakenD's bound", () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 1, max: 9 })));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 9 }),
        steps,
        (rate, capacity, all) => {
          const bucket = new TokenBucket(rate, capacity, 0);
          let now = 0;
          let total = 0;
          for (const [pause, tries] of all) {
            now += pause;
            total += passed(bucket, now, tries);
          }
          expect(total).toBeLessThanOrEqual(capacity + Math.ceil((now / 1000) * rate * 1.001) + 1);
        },
      ),
    );
  });
});

const limit: ClientLimit = { perSecond: 1, capacity: 2, idleMs: 600_000, sweepMs: 60_000, label: "[E]" };

function passedOf(buckets: KeyedBuckets, token: string | undefined, now: number, tries: number): number {
  let count = 0;
  for (let each = 0; each < tries; each += 1) if (buckets.take(token, now)) count += 1;
  return count;
}

describe("buckets of clients", () => {
  afterEach(() => vi.restoreAllMocks());

  test("are one for each client, from its first request on", () => {
    const buckets = new KeyedBuckets(limit, 0);
    expect(passedOf(buckets, "a", 50_000, 9)).toBe(2);
    expect(passedOf(buckets, "b", 50_000, 9)).toBe(2);
    expect(passedOf(buckets, "a", 51_000, 9)).toBe(1);
  });

  test("refuse a client without a name", () => {
    const buckets = new KeyedBuckets(limit, 0);
    expect(passedOf(buckets, undefined, 0, 3)).toBe(0);
    expect(passedOf(buckets, "", 0, 3)).toBe(0);
    expect(buckets.size).toBe(0);
  });

  test("take each other apart however long the names are", () => {
    const buckets = new KeyedBuckets(limit, 0);
    const long = "x".repeat(100_000);
    expect(passedOf(buckets, `${long}1`, 0, 9)).toBe(2);
    expect(passedOf(buckets, `${long}2`, 0, 9)).toBe(2);
    expect(passedOf(buckets, `${long}1`, 0, 9)).toBe(0);
  });

  test("are forgotten at a sweep after the idle time, not before", () => {
    const slow = new KeyedBuckets({ ...limit, perSecond: 1e-9 }, 0);
    expect(passedOf(slow, "a", 0, 9)).toBe(2);
    expect(passedOf(slow, "b", 30_000, 9)).toBe(2);
    expect(passedOf(slow, "a", 599_999, 9)).toBe(0);
    // A request that is refused keeps the bucket, too.
    expect(passedOf(slow, "a", 1_199_998, 9)).toBe(0);
    expect(passedOf(slow, "b", 1_199_999, 9)).toBe(2);
    expect(slow.size).toBe(2);
    expect(passedOf(slow, "a", 1_860_000, 9)).toBe(2);
  });

  test("stay until the next sweep even when their time is over", () => {
    const slow = new KeyedBuckets({ ...limit, perSecond: 1e-9, idleMs: 1000 }, 0);
    expect(passedOf(slow, "a", 0, 9)).toBe(2);
    expect(passedOf(slow, "a", 59_000, 9)).toBe(0);
    expect(passedOf(slow, "a", 119_000, 9)).toBe(2);
  });

  test("make room for a new client by forgetting one that is full again, the one idle longest", () => {
    const buckets = new KeyedBuckets({ ...limit, most: 3 }, 0);
    for (const token of ["a", "b", "c"]) expect(passedOf(buckets, token, 0, 2)).toBe(2);
    expect(passedOf(buckets, "a", 2500, 9)).toBe(2);
    expect(passedOf(buckets, "d", 2500, 9)).toBe(2);
    expect(buckets.size).toBe(3);
    // b was forgotten; a, used just now, and c were not.
    expect(passedOf(buckets, "a", 2500, 9)).toBe(0);
    expect(passedOf(buckets, "c", 2500, 9)).toBe(2);
  });

  test("do not forget a used-up one for a flood of new clients, which share one bucket", () => {
    const write = vi.spyOn(standardOutput, "write").mockReturnValue();
    const buckets = new KeyedBuckets({ ...limit, perSecond: 1 / 3600, most: 4 }, 0);
    expect(passedOf(buckets, "victim", 0, 9)).toBe(2);
    let through = 0;
    for (let each = 0; each < 1000; each += 1) through += passedOf(buckets, `flood ${each}`, each, 2);
    expect(through).toBe(3 * 2 + 2);
    expect(passedOf(buckets, "victim", 1000, 9)).toBe(0);
    expect(buckets.size).toBe(4);
    expect(write).toHaveBeenCalledTimes(1);
    expect(String(write.mock.calls[0]?.[0])).toContain("[E][Ratelimit] 4 clients are known");
  });

  test("are found behind many that are used up", () => {
    vi.spyOn(standardOutput, "write").mockReturnValue();
    const slow = { ...limit, perSecond: 1 / 3600, idleMs: 1e9, most: 40 };
    const buckets = new KeyedBuckets(slow, 0);
    for (let each = 0; each < 39; each += 1) passedOf(buckets, `busy ${each}`, 0, 9);
    passedOf(buckets, "calm", 0, 1);
    // One token is due after an hour: calm, the 40th, is full again, and the others are not. Each
    // try of a new client looks at eight; until calm is found they share one bucket.
    const through = [0, 1, 2, 3].map((each) => passedOf(buckets, `new ${each}`, 3_600_000, 2));
    expect(through).toEqual([2, 1, 2, 0]);
    expect(buckets.size).toBe(40);
    expect(passedOf(buckets, "busy 0", 3_600_000, 9)).toBe(1);
  });
});

describe("the address in a header", () => {
  test.each([
    ["198.51.100.7", "198.51.100.7"],
    [" 198.51.100.7 , 10.0.0.1", "198.51.100.7"],
    ["198.51.100.7:4711", "198.51.100.7"],
    ["2001:db8::1", "peer"],
    ["unknown", "peer"],
    ["", "peer"],
    [undefined, "peer"],
  ])("%j", (header, expected) => {
    expect(addressIn(header, "peer")).toBe(expected);
  });
});
