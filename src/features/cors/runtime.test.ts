import { describe, expect, it } from "vitest";
import { accepts, Origins } from "./runtime.js";

describe("origins", () => {
  const origins = new Origins(["https://app.example.com"], [["https://", ".example.org"]]);

  it.each([
    ["https://app.example.com", true],
    ["HTTPS://APP.example.com", true],
    ["https://app.example.com.", false],
    ["https://a.example.org", true],
    ["https://a.b.example.org", true],
    ["https://example.org", false],
    ["https://.example.org", true],
    ["https://a.example.org.evil.net", false],
  ])("%s: %s", (origin, allowed) => {
    expect(origins.allow(origin)).toBe(allowed);
  });

  it("a wildcard does not let its ends overlap", () => {
    expect(new Origins([], [["aa", "aa"]]).allow("aaa")).toBe(false);
    expect(new Origins([], [["aa", "aa"]]).allow("aaaa")).toBe(true);
  });
});

describe("headers that a preflight asks for", () => {
  const allowed = ["authorization", "content-type", "x-request-id"];

  it.each([
    [[""], true],
    [["authorization"], true],
    [["authorization,content-type,x-request-id"], true],
    [["authorization", "content-type"], true],
    [["authorization, content-type"], true],
    [["\tauthorization ,content-type"], true],
    [["authorization,  content-type"], false],
    [["Authorization"], false],
    [["content-type,authorization"], false],
    [["authorization,authorization"], false],
    [["authorization,x-secret"], false],
    [[`${",".repeat(15)}authorization`], true],
    [[`${",".repeat(17)}authorization`], false],
  ])("%j: %s", (lists, fine) => {
    expect(accepts(allowed, lists)).toBe(fine);
  });

  it("take no longer than their length asks for", () => {
    const started = performance.now();
    expect(accepts(allowed, [`a${" ".repeat(500_000)}b`])).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
