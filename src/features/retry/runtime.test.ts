import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Exchange, RequestBody } from "../../runtime/exchange.js";
import { headerOf } from "../../runtime/forward.js";
import type { Answer } from "../../runtime/received-answer.js";
import type { Call } from "../../runtime/upstream.js";
import type { StreamedAnswer } from "../../runtime/upstream-answer.js";
import { type FailureKind, UpstreamError } from "../../runtime/upstream-error.js";
import { askedWait, Retries, RetryBudget, type RetryRules } from "./runtime.js";

const rules: RetryRules = {
  attempts: 3,
  firstWaitMs: 1,
  longestWaitMs: 4,
  attemptTimeoutMs: undefined,
  failures: ["connection", "timeout"],
  statuses: [502, 503],
  share: 1,
};

type Result = Answer | UpstreamError;

const failure = (kind: FailureKind): UpstreamError => new UpstreamError(kind, kind);
const status = (code: number, headers: readonly string[] = []): Answer => ({
  url: "",
  status: code,
  headers,
  body: "",
});

/** A client that stays, unless it is told to go. */
class Client {
  readonly #listeners = new Set<() => void>();
  readonly x = {
    onGone: (listener: () => void) => {
      this.#listeners.add(listener);
      return () => this.#listeners.delete(listener);
    },
  } as unknown as Exchange;

  leave(): void {
    for (const listener of this.#listeners) listener();
  }

  get listeners(): number {
    return this.#listeners.size;
  }
}

interface Run {
  readonly results: readonly Result[];
  readonly rules?: Partial<RetryRules>;
  readonly withinMs?: number;
  readonly body?: RequestBody;
}

/** What a call comes to, and the calls that were made. The random wait is always the longest. */
async function run({ results, rules: own, withinMs = 1000, body }: Run): Promise<[Result, Call[]]> {
  const calls: Call[] = [];
  const client = new Client();
  const call: Call = {
    method: "GET",
    target: "/a",
    headers: ["X", "1"],
    body,
    deadline: performance.now() + withinMs,
  };
  const result = await new Retries({ ...rules, ...own }, () => 1).call(client.x, call, (attempt) => {
    calls.push(attempt);
    attempt.headers.push("Accept-Encoding", "gzip");
    return Promise.resolve(results[Math.min(calls.length, results.length) - 1]!);
  });
  expect(client.listeners).toBe(0);
  return [result, calls];
}

const shown = (result: Result): string =>
  result instanceof UpstreamError ? result.kind : String(result.status);

describe("a call is made again", () => {
  test.each<[readonly Result[], string, number]>([
    [[status(200)], "200", 1],
    [[failure("connection"), status(200)], "200", 2],
    [[failure("timeout"), status(503), status(200)], "200", 3],
    [[status(502), status(503), failure("connection"), status(200)], "connection", 3],
    [[status(503)], "503", 3],
    [[status(500)], "500", 1],
    [[status(404)], "404", 1],
    [[failure("canceled")], "canceled", 1],
    [[failure("decode")], "decode", 1],
    [[failure("target")], "target", 1],
  ])("as long as the outcome may change: %#", async (results, outcome, count) => {
    const [result, calls] = await run({ results });
    expect([shown(result), calls.length]).toEqual([outcome, count]);
  });

  test("for what is listed only", async () => {
    const [, calls] = await run({ results: [failure("connection")], rules: { failures: ["timeout"] } });
    expect(calls).toHaveLength(1);
    const [, more] = await run({ results: [status(500)], rules: { statuses: [500] } });
    expect(more).toHaveLength(3);
  });

  test("with the same headers, whatever was added on the way", async () => {
    const [, calls] = await run({ results: [status(503)] });
    expect(calls.map((each) => each.headers)).toEqual(
      Array.from({ length: 3 }, () => ["X", "1", "Accept-Encoding", "gzip"]),
    );
  });

  test("with a body that is whole, and not with one that is still arriving", async () => {
    const [, calls] = await run({ results: [status(503)], body: Buffer.from("whole") });
    expect(calls).toHaveLength(3);
    const arriving = (async function* () {})() as unknown as RequestBody;
    const [result, once] = await run({ results: [status(503), status(200)], body: arriving });
    expect([shown(result), once.length]).toEqual(["503", 1]);
  });
});

describe("the time", () => {
  test("grows from wait to wait, up to a bound", async () => {
    const stamps: number[] = [];
    const times = { attempts: 6, firstWaitMs: 10, longestWaitMs: 40 };
    const client = new Client();
    const call: Call = {
      method: "GET",
      target: "/",
      headers: [],
      body: undefined,
      deadline: performance.now() + 5000,
    };
    await new Retries({ ...rules, ...times }, () => 1).call(client.x, call, () => {
      stamps.push(performance.now());
      return Promise.resolve(failure("connection"));
    });
    const waits = stamps.slice(1).map((stamp, index) => stamp - stamps[index]!);
    for (const [index, least] of [10, 20, 40, 40, 40].entries())
      expect(waits[index]).toBeGreaterThanOrEqual(least - 2);
    expect(stamps.at(-1)! - stamps[0]!).toBeLessThan(400);
  });

  test("of the endpoint is never passed", async () => {
    const started = performance.now();
    const [result, calls] = await run({
      results: [status(503)],
      rules: { firstWaitMs: 500, longestWaitMs: 500 },
      withinMs: 200,
    });
    expect([shown(result), calls.length]).toEqual(["503", 1]);
    expect(performance.now() - started).toBeLessThan(100);
  });

  test("of an attempt is a part of it", async () => {
    const before = performance.now();
    const [, calls] = await run({ results: [status(200)], rules: { attemptTimeoutMs: 50 }, withinMs: 1000 });
    expect(calls[0]!.deadline - before).toBeGreaterThanOrEqual(50);
    expect(calls[0]!.deadline - before).toBeLessThan(200);
    const [, short] = await run({ results: [status(200)], rules: { attemptTimeoutMs: 5000 }, withinMs: 100 });
    expect(short[0]!.deadline - performance.now()).toBeLessThan(101);
  });

  test("is what the backend asks for, if there is so much", async () => {
    const busy = status(503, ["Retry-After", "1"]);
    const [result, calls] = await run({ results: [busy, status(200)], withinMs: 900 });
    expect([shown(result), calls.length]).toEqual(["503", 1]);
    const started = performance.now();
    const [after] = await run({ results: [busy, status(200)], withinMs: 3000 });
    expect(shown(after)).toBe("200");
    expect(performance.now() - started).toBeGreaterThanOrEqual(998);
  });

  test.each([
    [["Retry-After", "120"], 120_000],
    [["retry-after", "Mon, 01 Jan 2024 00:00:10 GMT"], 10_000],
    [["Retry-After", "Sun, 31 Dec 2023 00:00:00 GMT"], 0],
    [["Retry-After", "soon"], 0],
    [["Retry-After", "-5"], 0],
    [[], 0],
  ] as const)("%j asks for %d ms", (headers, waitMs) => {
    expect(askedWait(status(503, headers), Date.UTC(2024, 0, 1))).toBe(waitMs);
  });

  test("ends with the client", async () => {
    const client = new Client();
    const call: Call = {
      method: "GET",
      target: "/",
      headers: [],
      body: undefined,
      deadline: performance.now() + 5000,
    };
    let calls = 0;
    const long = { firstWaitMs: 2000, longestWaitMs: 2000 };
    const result = new Retries({ ...rules, ...long }, () => 1).call(client.x, call, () => {
      calls += 1;
      return Promise.resolve(status(503));
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
    client.leave();
    expect(shown(await result)).toBe("canceled");
    expect([calls, client.listeners]).toEqual([1, 0]);
  });
});

test("a streamed answer that is not used is given up", async () => {
  let discarded = 0;
  const streamed = (code: number): StreamedAnswer => ({
    bare: false,
    status: code,
    headers: [],
    pipe: () => {},
    discard: () => {
      discarded += 1;
    },
  });
  const answers = [streamed(503), streamed(502), streamed(200)];
  const call: Call = {
    method: "GET",
    target: "/",
    headers: [],
    body: undefined,
    deadline: performance.now() + 1000,
  };
  const result = await new Retries(rules).call(new Client().x, call, () => Promise.resolve(answers.shift()!));
  expect("status" in result && result.status).toBe(200);
  expect(discarded).toBe(2);
});

describe("the budget", () => {
  test("lets a share of the calls be made again", () => {
    const budget = new RetryBudget(0.2, 0);
    let granted = 0;
    for (let call = 0; call < 1000; call += 1) {
      budget.earn();
      if (budget.spend(0)) granted += 1;
    }
    // Its reserve of ten was full when the first call came.
    expect(granted).toBe(10 + Math.floor(999 * 0.2));
  });

  test("grants one in a second where there is hardly any traffic", () => {
    const budget = new RetryBudget(0.01, 0);
    for (let each = 0; each < 10; each += 1) expect(budget.spend(0)).toBe(true);
    expect(budget.spend(0)).toBe(false);
    expect(budget.spend(1000)).toBe(true);
    expect(budget.spend(1001)).toBe(false);
  });

  test("is not saved up in quiet times", () => {
    const budget = new RetryBudget(1, 0);
    for (let each = 0; each < 1000; each += 1) budget.earn();
    let granted = 0;
    while (budget.spend(1_000_000)) granted += 1;
    expect(granted).toBe(10);
  });

  test("never grants more than its share, its reserve and one in a second", () => {
    const steps = fc.array(fc.record({ waitMs: fc.nat(500), retries: fc.nat(3) }), { maxLength: 200 });
    const share = fc.double({ min: 0.01, max: 1, noNaN: true });
    fc.assert(
      fc.property(steps, share, (all, part) => {
        const budget = new RetryBudget(part, 0);
        let [now, granted] = [0, 0];
        for (const { waitMs, retries } of all) {
          now += waitMs;
          budget.earn();
          for (let each = 0; each < retries; each += 1) if (budget.spend(now)) granted += 1;
        }
        expect(granted).toBeLessThanOrEqual(10 + all.length * part + now / 1000 + 1e-6);
      }),
    );
  });

  test("a storm of failures reaches the backend at little more than the traffic", async () => {
    const client = new Client();
    const retries = new Retries({ ...rules, share: 0.1 });
    let calls = 0;
    for (let each = 0; each < 500; each += 1) {
      const call: Call = {
        method: "GET",
        target: "/",
        headers: [],
        body: undefined,
        deadline: performance.now() + 1000,
      };
      const result = await retries.call(client.x, call, () => {
        calls += 1;
        return Promise.resolve(status(503));
      });
      expect(headerOf((result as Answer).headers, "retry-after")).toBeUndefined();
    }
    expect(calls).toBeLessThanOrEqual(500 + 50 + 10 + 2);
    expect(calls).toBeGreaterThanOrEqual(500 + 50);
  });
});
