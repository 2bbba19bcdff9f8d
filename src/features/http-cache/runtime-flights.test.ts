import { describe, expect, test } from "vitest";
import type { Answer } from "../../runtime/received-answer.js";
import type { Call } from "../../runtime/upstream.js";
import { UpstreamError } from "../../runtime/upstream-error.js";
import { HttpCache } from "./runtime.js";
import { Loners } from "./runtime-flights.js";
import { CacheStore } from "./runtime-store.js";

type Result = Answer | UpstreamError;

/** A backend whose answers come when the test lets them. */
class Slow {
  readonly #waiting: ((result: Result) => void)[] = [];
  readonly cache = new HttpCache(new CacheStore(), "");
  calls = 0;

  ask(headers: Readonly<Record<string, string>> = {}, withinMs = 10_000): Promise<string> {
    const flat = Object.entries(headers).flat();
    const deadline = performance.now() + withinMs;
    const call: Call = { method: "GET", target: "/a", headers: flat, body: undefined, deadline };
    const fetch = (): Promise<Result> => {
      this.calls += 1;
      return new Promise((resolve) => this.#waiting.push(resolve));
    };
    return this.cache.fetch(call, fetch).then((result) => ("body" in result ? result.body : result.message));
  }

  /** Answers the oldest call that is still open, and lets all that follows from it happen. */
  async answer(body: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    const dated = { Date: new Date().toUTCString(), ...headers };
    await this.settle({ url: "", status: 200, headers: Object.entries(dated).flat(), body });
  }

  async settle(result: Result): Promise<void> {
    this.#waiting.shift()!(result);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const MINUTE = { "Cache-Control": "max-age=60" };

describe("requests that want the same at the same time", () => {
  test("are one for the backend", async () => {
    const slow = new Slow();
    const all = Promise.all([slow.ask(), slow.ask(), slow.ask()]);
    await slow.answer("1", MINUTE);
    expect(await all).toEqual(["1", "1", "1"]);
    expect(slow.calls).toBe(1);
  });

  test("go on alone when the answer is for nobody else, and do not wait the next time", async () => {
    const slow = new Slow();
    const all = Promise.all([slow.ask(), slow.ask(), slow.ask()]);
    await slow.answer("1");
    expect(slow.calls).toBe(3);
    await slow.answer("2");
    await slow.answer("3");
    expect(await all).toEqual(["1", "2", "3"]);
    const again = Promise.all([slow.ask(), slow.ask()]);
    expect(slow.calls).toBe(5);
    await slow.answer("4");
    await slow.answer("5");
    expect(await again).toEqual(["4", "5"]);
  });

  test("never share what Vary tells apart", async () => {
    const slow = new Slow();
    const all = Promise.all(["a", "b", "a"].map((user) => slow.ask({ "X-User": user })));
    await slow.answer("for a", { ...MINUTE, Vary: "X-User" });
    expect(slow.calls).toBe(2);
    await slow.answer("for b", { ...MINUTE, Vary: "X-User" });
    expect(await all).toEqual(["for a", "for b", "for a"]);
  });

  test("share a failure", async () => {
    const slow = new Slow();
    const all = Promise.all([slow.ask(), slow.ask()]);
    await slow.settle(new UpstreamError("connection", "down"));
    expect(await all).toEqual(["down", "down"]);
    expect(slow.calls).toBe(1);
  });

  test.each(["canceled", "timeout"] as const)("find another to ask when the first is %s", async (kind) => {
    const slow = new Slow();
    const all = Promise.all([slow.ask(), slow.ask(), slow.ask()]);
    await slow.settle(new UpstreamError(kind, kind));
    expect(slow.calls).toBe(2);
    await slow.answer("2", MINUTE);
    expect(await all).toEqual([kind, "2", "2"]);
    expect(slow.calls).toBe(2);
  });

  test("do not wait beyond their own deadline", async () => {
    const slow = new Slow();
    const first = slow.ask();
    const hasty = slow.ask({}, 20);
    await new Promise((resolve) => setTimeout(resolve, 60));
    // The call itself is what reports that its time is over.
    expect(slow.calls).toBe(2);
    await slow.answer("1", MINUTE);
    await slow.settle(new UpstreamError("timeout", "late"));
    expect(await Promise.all([first, hasty])).toEqual(["1", "late"]);
  });

  test.each(["no-cache", "no-store"])("ask for themselves with %s", async (directive) => {
    const slow = new Slow();
    const all = Promise.all([slow.ask(), slow.ask({ "Cache-Control": directive })]);
    expect(slow.calls).toBe(2);
    await slow.answer("1", MINUTE);
    await slow.answer("2", MINUTE);
    expect(await all).toEqual(["1", "2"]);
  });

  test("are one when they ask whether a kept answer still holds", async () => {
    const slow = new Slow();
    const old = slow.ask();
    await slow.answer("1", {
      "Cache-Control": "max-age=1",
      Date: "Mon, 01 Jan 2024 00:00:00 GMT",
      ETag: '"1"',
    });
    expect(await old).toBe("1");
    // The first answer was too old to be for others, so its successors do not wait for a minute.
    const all = Promise.all([slow.ask(), slow.ask()]);
    expect(slow.calls).toBe(3);
    await slow.settle({ url: "", status: 304, headers: ["ETag", '"1"'], body: "" });
    await slow.settle({ url: "", status: 304, headers: ["ETag", '"1"'], body: "" });
    expect(await all).toEqual(["1", "1"]);
  });
});

describe("keys that are for one request only", () => {
  test("are remembered for a minute, in bounded number and length", () => {
    const loners = new Loners();
    loners.add("a", 0);
    expect([loners.has("a", 59_999), loners.has("a", 60_000), loners.has("b", 0)]).toEqual([
      true,
      false,
      false,
    ]);
    for (let each = 0; each < 5000; each += 1) loners.add(`k${each}`, 0);
    expect([loners.has("k0", 0), loners.has("k4999", 0)]).toEqual([false, true]);
    expect(loners.has("x".repeat(5000), 0)).toBe(true);
  });
});
