import { afterEach, describe, expect, test, vi } from "vitest";
import { standardOutput } from "../../runtime/lines.js";
import { type ClientLimit, KeyedBuckets } from "./runtime-clients.js";

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
    expect(write).toHaveBeenCalledTimes(1);
    expect(String(write.mock.calls[0]?.[0])).toContain("[E][Ratelimit] too many clients are known");
  });

  test("are found behind many that are used up", () => {
    vi.spyOn(standardOutput, "write").mockReturnValue();
    const slow = { ...limit, perSecond: 1 / 3600, idleMs: 1e9, most: 32 };
    const buckets = new KeyedBuckets(slow, 0);
    for (let each = 0; each < 31; each += 1) passedOf(buckets, `busy ${each}`, 0, 9);
    passedOf(buckets, "calm", 0, 1);
    // One token is due after an hour: calm, the 32nd, is full again, and the others are not. The first
    // new client gets its place; the others share a bucket, and the token that is due to it.
    const through = [0, 1, 2, 3].map((each) => passedOf(buckets, `new ${each}`, 3_600_000, 2));
    expect(through).toEqual([2, 2, 1, 0]);
    expect(passedOf(buckets, "busy 0", 3_600_000, 9)).toBe(1);
  });

  test("find a place for nearly as many clients as there are places", () => {
    vi.spyOn(standardOutput, "write").mockReturnValue();
    const most = 1 << 14;
    const buckets = new KeyedBuckets({ ...limit, perSecond: 1e-6, most }, 0);
    // Two of the common bucket pass; all others that pass twice have one of their own.
    let own = 0;
    for (let each = 0; each < most * 0.9; each += 1) if (passedOf(buckets, `${each}`, 1, 3) === 2) own += 1;
    expect(own).toBeGreaterThan(most * 0.9 * 0.97);
    // None of them was forgotten for another one.
    for (let each = 0; each < most * 0.9; each += 1) expect(passedOf(buckets, `${each}`, 2, 1)).toBe(0);
  });

  test("need little memory, however many clients there are", () => {
    vi.spyOn(standardOutput, "write").mockReturnValue();
    const before = process.memoryUsage.rss();
    const buckets = new KeyedBuckets({ ...limit, perSecond: 1 / 3600, idleMs: 3_600_000 }, 0);
    passedOf(buckets, "victim", 0, 9);
    for (let each = 0; each < 1_000_000; each += 1) buckets.take(`203.0.113.${each}`, each / 1000);
    expect(passedOf(buckets, "victim", 1000, 9)).toBe(0);
    expect(process.memoryUsage.rss() - before).toBeLessThan(40 * 1024 * 1024);
  });
});
