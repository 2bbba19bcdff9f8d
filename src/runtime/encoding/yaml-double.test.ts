import { expect, test } from "vitest";
import { doubleText } from "./yaml-double.js";

test.each([
  [1, "1.0"],
  [1.5, "1.5"],
  [-0, "-0.0"],
  [0, "0.0"],
  [100000, "100000.0"],
  [1e6, "1e+06"],
  [1234567, "1.234567e+06"],
  [0.0001, "0.0001"],
  [0.00001, "1e-05"],
  [1e21, "1e+21"],
  [-12.25, "-12.25"],
])("%d is %s", (number, text) => {
  expect(doubleText(number)).toBe(text);
});
