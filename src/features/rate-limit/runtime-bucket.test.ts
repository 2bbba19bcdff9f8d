import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Bucket, OwnBucket, Refill, SharedBucket } from "./runtime-bucket.js";

/** How many of `tries` requests at one time get through. */
function passed(bucket: Bucket, now: number, tries: number): number {
  let count = 0;
  for (let each = 0; each < tries; each += 1) if (bucket.take(now)) count += 1;
  return count;
}

const MEMORY = 24;
const kinds = {
  "a bucket of one thread": OwnBucket,
  "a bucket of several threads": SharedBucket,
};

describe.each(Object.entries(kinds))("%s", (_name, Kind) => {
  const bucketOf = (perSecond: number, capacity: number, startedAt: number): Bucket =>
    new Kind(new Refill(perSecond, capacity), new SharedArrayBuffer(MEMORY), startedAt);

  test("starts full", () => {
    expect(passed(bucketOf(1, 3, 0), 0, 10)).toBe(3);
  });

  test("adds nothing while a token is left, and keeps counting from the last refill", () => {
    const bucket = bucketOf(1, 2, 0);
    expect(passed(bucket, 900, 1)).toBe(1);
    expect(passed(bucket, 1900, 1)).toBe(1);
    // Empty since 1.9 s, but counted from the start: one token is due, and not two.
    expect(passed(bucket, 1900, 5)).toBe(1);
    expect(passed(bucket, 1999, 5)).toBe(0);
    expect(passed(bucket, 2000, 5)).toBe(1);
  });

  test("adds one token per interval once it is empty", () => {
    const bucket = bucketOf(2, 4, 0);
    expect(passed(bucket, 0, 9)).toBe(4);
    expect(passed(bucket, 499, 9)).toBe(0);
    expect(passed(bucket, 500, 9)).toBe(1);
    expect(passed(bucket, 2000, 9)).toBe(3);
  });

  test("lets what was left, a full bucket and one more through after an idle time", () => {
    const bucket = bucketOf(4, 4, 0);
    expect(passed(bucket, 5000, 20)).toBe(9);
    expect(passed(bucket, 5000, 20)).toBe(0);
  });

  test("charges the request that fills it, but not the one that would overfill it", () => {
    const exact = bucketOf(1, 2, 0);
    passed(exact, 0, 2);
    expect(passed(exact, 2000, 9)).toBe(2);
    const over = bucketOf(1, 2, 0);
    passed(over, 0, 2);
    expect(passed(over, 3000, 9)).toBe(3);
  });

  test("does not lose the part of an interval that has passed", () => {
    const bucket = bucketOf(1, 1, 0);
    passed(bucket, 0, 1);
    expect(bucket.take(1700)).toBe(true);
    expect(bucket.take(1999)).toBe(false);
    expect(bucket.take(2000)).toBe(true);
  });

  test("holds one and starts empty with a capacity of 0", () => {
    const bucket = bucketOf(0.5, 0, 0);
    expect(passed(bucket, 1999, 5)).toBe(0);
    expect(passed(bucket, 2000, 5)).toBe(1);
    expect(passed(bucket, 60_000, 5)).toBe(2);
  });

  test("is not misled by a request that arrived before the last refill", () => {
    const bucket = bucketOf(1, 1, 0);
    expect(bucket.take(5000)).toBe(true);
    expect(passed(bucket, 5000, 9)).toBe(2);
    expect(bucket.take(10)).toBe(false);
    expect(bucket.take(6000)).toBe(true);
  });

  test("copes with rates beyond the clock", () => {
    expect(passed(bucketOf(1e12, 1, 0), 1, 3)).toBe(3);
    const slow = bucketOf(0, 1, 0);
    expect(passed(slow, 0, 3)).toBe(1);
    expect(passed(slow, 9e11, 3)).toBe(0);
  });

  test("goes on after an idle time that no counter holds", () => {
    for (const perSecond of [1e9, 1e6, 1000, 7]) {
      const bucket = bucketOf(perSecond, 2, 0);
      expect(passed(bucket, 0, 5)).toBe(2);
      for (const now of [3e3, 4e6, 2.2e9, 5e9, 1e12]) {
        expect(passed(bucket, now, 5)).toBe(3);
        // Not before, whatever a late thread thinks the time is.
        expect(passed(bucket, now - 1000, 5)).toBe(0);
      }
    }
  });

  test("holds any number without end", () => {
    const bucket = bucketOf(1, Number.MAX_SAFE_INTEGER, 0);
    expect(passed(bucket, 0, 100)).toBe(100);
  });

  test("never lets more through than KrakenD's bound", () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 1, max: 9 })));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 9 }),
        steps,
        (rate, capacity, all) => {
          const bucket = bucketOf(rate, capacity, 0);
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

test("both kinds let the same requests through", () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: -50, max: 3000 }), fc.integer({ min: 1, max: 9 })));
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 0, max: 9 }),
      steps,
      (rate, capacity, all) => {
        const refill = new Refill(rate, capacity);
        const one = new OwnBucket(refill, new SharedArrayBuffer(MEMORY), 0);
        const other = new SharedBucket(refill, new SharedArrayBuffer(MEMORY), 0);
        let now = 0;
        for (const [pause, tries] of all) {
          now = Math.max(0, now + pause);
          // Where a token falls due in this very instant, rounding may decide.
          const time = Math.round(now) + 0.25;
          expect(passed(other, time, tries)).toBe(passed(one, time, tries));
        }
      },
    ),
  );
});
