import { afterEach, expect, test, vi } from "vitest";
import { aside, MOST_ASIDE } from "./aside.js";
import type { Exchange } from "./exchange.js";

const x = {
  method: "POST",
  host: "h",
  query: "a=1",
  rawHeaders: ["X-A", "1", "x-a", "2"],
  onGone: () => {
    throw new Error("the copy does not end with the client");
  },
} as Partial<Exchange> as Exchange;

afterEach(() => vi.restoreAllMocks());

test("the copy has what the request has, goes on without it, and cannot reply", () => {
  const seen: unknown[] = [];
  const start = performance.now();
  aside(x, 500, (copy, deadline) => {
    copy.onGone(() => {})();
    expect(() => copy.send(200, [], "")).toThrow("only the request itself");
    seen.push(copy.method, copy.host, copy.query, copy.rawHeaders, copy.header("x-a"));
    expect(deadline).toBeGreaterThanOrEqual(start + 500);
    return Promise.resolve();
  });
  expect(seen).toEqual(["POST", "h", "a=1", ["X-A", "1", "x-a", "2"], "1"]);
});

test("without time nothing is called", () => {
  aside(x, 0, () => {
    throw new Error("called");
  });
});

test("a fault is logged and goes nowhere", async () => {
  const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  aside(x, 10, () => Promise.reject(new Error("of the gateway")));
  await vi.waitFor(() => expect(written.mock.calls.length + out.mock.calls.length).toBeGreaterThan(0));
});

test("no more than so many are under way", async () => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const ends: (() => void)[] = [];
  const call = (): Promise<void> => new Promise((resolve) => ends.push(resolve));
  for (let count = 0; count < MOST_ASIDE + 5; count += 1) aside(x, 1000, call);
  expect(ends).toHaveLength(MOST_ASIDE);
  ends[0]!();
  await new Promise(setImmediate);
  aside(x, 1000, call);
  expect(ends).toHaveLength(MOST_ASIDE + 1);
  for (const end of ends) end();
});
