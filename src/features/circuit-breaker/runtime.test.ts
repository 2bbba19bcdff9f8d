import { afterEach, describe, expect, test, vi } from "vitest";
import { standardOutput } from "../../runtime/lines.js";
import { clientGone, deadlineExceeded, UpstreamError } from "../../runtime/upstream-error.js";
import { type BreakerSettings, type CallResult, CircuitBreaker } from "./runtime.js";

const settings: BreakerSettings = {
  name: "pay",
  label: "[BACKEND: /pay]",
  tolerated: 2,
  windowMs: 60_000,
  openMs: 30_000,
  logsChanges: false,
};
const success: CallResult = { data: ',"a":1', error: undefined };
const failure: CallResult = { data: undefined, error: deadlineExceeded() };
const canceled: CallResult = { data: undefined, error: clientGone() };

/** One call at one time: how it ended, or why it was not made. */
function call(breaker: CircuitBreaker, now: number, result: CallResult): string {
  const permit = breaker.enter(now);
  if (permit instanceof UpstreamError) return permit.message;
  breaker.record(permit, result, now);
  return "made";
}

function calls(breaker: CircuitBreaker, now: number, ...results: readonly CallResult[]): readonly string[] {
  return results.map((result) => call(breaker, now, result));
}

const OPEN = "circuit breaker is open";
const BUSY = "too many requests";

/** Open since `now`. */
function opened(now: number, changed: Partial<BreakerSettings> = {}): CircuitBreaker {
  const breaker = new CircuitBreaker({ ...settings, tolerated: 0, ...changed }, 0);
  call(breaker, now, failure);
  return breaker;
}

describe("closed", () => {
  test("opens at the failure after the tolerated ones", () => {
    const breaker = new CircuitBreaker(settings, 0);
    expect(calls(breaker, 10, failure, failure, failure, success)).toEqual(["made", "made", "made", OPEN]);
  });

  test("counts failures in a row only", () => {
    const breaker = new CircuitBreaker(settings, 0);
    const results = [failure, failure, success, failure, failure, success, failure, failure];
    expect(new Set(calls(breaker, 10, ...results))).toEqual(new Set(["made"]));
    expect(calls(breaker, 10, failure, success)).toEqual(["made", OPEN]);
  });

  test("a client that went away counts as neither", () => {
    const breaker = new CircuitBreaker(settings, 0);
    calls(breaker, 10, failure, failure, canceled);
    expect(calls(breaker, 10, failure, success)).toEqual(["made", OPEN]);
    const other = new CircuitBreaker({ ...settings, tolerated: 0 }, 0);
    expect(calls(other, 10, canceled, canceled, success)).toEqual(["made", "made", "made"]);
  });

  test("no response is a failure, null and a response without an error are not", () => {
    const strict = { ...settings, tolerated: 0 };
    const silent = new CircuitBreaker(strict, 0);
    expect(calls(silent, 10, { data: undefined, error: undefined }, success)).toEqual(["made", OPEN]);
    const empty = new CircuitBreaker(strict, 0);
    expect(
      calls(empty, 10, { data: null, error: undefined }, { data: "", error: undefined }, success),
    ).toEqual([...["made", "made", "made"]]);
  });

  test("the count is cleared by the first call after the window, which is fixed", () => {
    const breaker = new CircuitBreaker(settings, 0);
    calls(breaker, 50_000, failure, failure);
    expect(calls(breaker, 60_001, failure, failure)).toEqual(["made", "made"]);
    // The new window began with that call, not where the old one ended.
    expect(calls(breaker, 120_001, failure, success)).toEqual(["made", OPEN]);
  });

  test("without a window the count never expires", () => {
    const breaker = new CircuitBreaker({ ...settings, windowMs: 0 }, 0);
    calls(breaker, 0, failure, failure);
    expect(calls(breaker, 1e12, failure, success)).toEqual(["made", OPEN]);
  });

  test("what belongs to an earlier window is ignored", () => {
    const breaker = new CircuitBreaker({ ...settings, tolerated: 0 }, 0);
    const slow = breaker.enter(59_000) as number;
    breaker.record(slow, failure, 61_000);
    expect(call(breaker, 61_000, success)).toBe("made");
  });

  test("a success that arrives late does not undo failures of a new window", () => {
    const breaker = new CircuitBreaker(settings, 0);
    const slow = breaker.enter(59_000) as number;
    calls(breaker, 61_000, failure, failure);
    breaker.record(slow, success, 61_000);
    expect(calls(breaker, 61_000, failure, success)).toEqual(["made", OPEN]);
  });
});

describe("open", () => {
  test("refuses until the time is over", () => {
    const breaker = opened(1000);
    expect(calls(breaker, 1000, success, success)).toEqual([OPEN, OPEN]);
    expect(call(breaker, 31_000, success)).toBe(OPEN);
    expect(call(breaker, 31_001, success)).toBe("made");
  });

  test("calls that were under way when it opened change nothing", () => {
    const breaker = new CircuitBreaker({ ...settings, tolerated: 0 }, 0);
    const early = breaker.enter(0) as number;
    const late = breaker.enter(0) as number;
    breaker.record(early, failure, 100);
    breaker.record(late, failure, 20_000);
    expect(call(breaker, 30_101, success)).toBe("made");
    expect(call(breaker, 30_101, success)).toBe("made");
  });
});

describe("half-open", () => {
  test("lets one probe through at a time", () => {
    const breaker = opened(0);
    const probe = breaker.enter(30_001) as number;
    expect(calls(breaker, 30_002, success, success)).toEqual([BUSY, BUSY]);
    breaker.record(probe, success, 30_003);
    expect(calls(breaker, 30_004, success, success)).toEqual(["made", "made"]);
  });

  test("a success closes it, and the count starts anew", () => {
    const breaker = opened(0, { tolerated: 1, windowMs: 0 });
    call(breaker, 0, failure);
    expect(calls(breaker, 30_001, success, failure, success)).toEqual(["made", "made", "made"]);
    expect(calls(breaker, 30_002, failure, failure, success)).toEqual(["made", "made", OPEN]);
  });

  test("one failure opens it for the whole time again, whatever is tolerated", () => {
    const breaker = opened(0, { tolerated: 1 });
    call(breaker, 0, failure);
    expect(calls(breaker, 30_001, failure, success)).toEqual(["made", OPEN]);
    expect(call(breaker, 60_001, success)).toBe(OPEN);
    expect(call(breaker, 60_002, success)).toBe("made");
  });

  test("a probe whose client went away makes room for the next", () => {
    const breaker = opened(0);
    expect(calls(breaker, 30_001, canceled, canceled)).toEqual(["made", "made"]);
    const probe = breaker.enter(30_002) as number;
    expect(call(breaker, 30_002, success)).toBe(BUSY);
    breaker.record(probe, failure, 30_003);
    expect(call(breaker, 30_003, success)).toBe(OPEN);
  });

  test("a probe that is never heard of is given up after a minute", () => {
    const breaker = opened(0);
    const lost = breaker.enter(30_001) as number;
    expect(call(breaker, 90_001, success)).toBe(BUSY);
    const next = breaker.enter(90_002) as number;
    breaker.record(lost, success, 90_003);
    expect(call(breaker, 90_003, success)).toBe(BUSY);
    breaker.record(next, success, 90_004);
    expect(call(breaker, 90_004, success)).toBe("made");
  });

  test("and not before the time it stays open, where that is longer", () => {
    const breaker = opened(0, { openMs: 300_000 });
    breaker.enter(300_001);
    expect(call(breaker, 600_001, success)).toBe(BUSY);
    expect(call(breaker, 600_002, success)).toBe("made");
  });
});

describe("log", () => {
  afterEach(() => vi.restoreAllMocks());

  function linesOf(changed: Partial<BreakerSettings>): readonly string[] {
    const write = vi.spyOn(standardOutput, "write").mockReturnValue();
    const breaker = opened(0, changed);
    calls(breaker, 30_001, failure);
    calls(breaker, 60_002, success);
    return write.mock.calls.map(([line]) =>
      String(line)
        .replace(/^.*KRAKEND /, "")
        .trimEnd(),
    );
  }

  test("tells each change of state when it is asked for", () => {
    const change = (from: string, to: string): string =>
      `WARNING: [CB] Circuit breaker named 'pay' went from '${from}' to '${to}'`;
    expect(linesOf({ logsChanges: true })).toEqual([
      change("closed", "open"),
      change("open", "half-open"),
      change("half-open", "open"),
      change("open", "half-open"),
      change("half-open", "closed"),
    ]);
  });

  test("is silent otherwise", () => {
    expect(linesOf({})).toEqual([]);
  });
});
