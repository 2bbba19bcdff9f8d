import { describe, expect, it } from "vitest";
import { goFloat } from "../../runtime/go-number.js";
import { Reservoir, summary, together } from "./runtime-reservoir.js";

describe("a summary", () => {
  it("is all zero without values", () => {
    expect(summary({ count: 0, values: [] })).toEqual({
      count: 0,
      min: 0,
      max: 0,
      mean: 0,
      deviation: 0,
      percentiles: [0, 0, 0, 0, 0],
    });
  });

  it("interpolates between the values beside a percentile", () => {
    const { percentiles, mean, deviation, min, max } = summary({ count: 4, values: [40, 10, 30, 20] });
    expect([min, max, mean]).toEqual([10, 40, 25]);
    expect(deviation).toBeCloseTo(Math.sqrt(125), 10);
    expect(percentiles).toEqual([25, 37.5, 40, 40, 40]);
  });
});

describe("a reservoir", () => {
  it("counts all values and keeps 1028", () => {
    const reservoir = new Reservoir();
    for (let value = 0; value < 5000; value += 1) reservoir.add(value);
    expect([reservoir.count, reservoir.values.length]).toEqual([5000, 1028]);
    expect(Math.max(...reservoir.values)).toBeGreaterThan(4000);
    reservoir.clear();
    expect([reservoir.count, reservoir.values.length]).toEqual([0, 0]);
  });

  it("weighs threads by how much they have seen", () => {
    const busy = { count: 9000, values: Array.from({ length: 1028 }, () => 1) };
    const calm = { count: 1000, values: Array.from({ length: 1000 }, () => 2) };
    const { count, values } = together([busy, calm]);
    expect(count).toBe(10_000);
    expect(values.filter((value) => value === 2).length / values.length).toBeCloseTo(0.1, 2);
    expect(
      together([
        { count: 1, values: [1] },
        { count: 2, values: [2, 3] },
      ]),
    ).toEqual({
      count: 3,
      values: [1, 2, 3],
    });
  });
});

describe("a number as Go prints it", () => {
  it.each([
    [0, "0"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [999_999, "999999"],
    [1_000_000, "1e+06"],
    [1_234_567, "1.234567e+06"],
    [67_108_864, "6.7108864e+07"],
    [-12.5, "-12.5"],
    [Number.POSITIVE_INFINITY, "+Inf"],
  ])("%d", (value, text) => {
    expect(goFloat(value)).toBe(text);
  });
});
