import { describe, expect, test } from "vitest";
import { addressIn } from "./runtime.js";

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
