// Calls a backend again: after a wait that grows and varies, never beyond the deadline, and never so
// often that retries become a load of their own.
import { onDeadline } from "../../runtime/deadline.js";
import type { Exchange } from "../../runtime/exchange.js";
import { headerOf } from "../../runtime/forward.js";
import type { Answer } from "../../runtime/received-answer.js";
import { thread } from "../../runtime/thread.js";
import type { Call } from "../../runtime/upstream.js";
import type { StreamedAnswer } from "../../runtime/upstream-answer.js";
import { clientGone, type FailureKind, UpstreamError } from "../../runtime/upstream-error.js";

export interface RetryRules {
  /** All calls together, the first one included. */
  readonly attempts: number;
  /** Upper bound of the first wait; it doubles with each one. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  readonly attemptTimeoutMs: number | undefined;
  readonly failures: readonly FailureKind[];
  readonly statuses: readonly number[];
  /** Retries for each call, on average. */
  readonly share: number;
}

/** Retries that may be made at once after a quiet time. */
const RESERVE = 10;
/** Retries in a second that are made whatever the traffic: those of a backend that is seldom called. */
const PER_SECOND = 1;

/** Retries are a share of the calls, so that a backend that fails is not called much more often. */
export class RetryBudget {
  readonly #share: number;
  readonly #reserve = Math.max(1, RESERVE / thread.serving);
  #tokens = this.#reserve;
  #filledAt: number;

  constructor(share: number, now: number) {
    this.#share = share;
    this.#filledAt = now;
  }

  /** A call has come, which pays for its share of a retry. */
  earn(): void {
    this.#tokens = Math.min(this.#reserve, this.#tokens + this.#share);
  }

  /** Whether one more retry is within the budget; then it counts. */
  spend(now: number): boolean {
    const earned = ((now - this.#filledAt) / 1000) * (PER_SECOND / thread.serving);
    this.#filledAt = now;
    this.#tokens = Math.min(this.#reserve, this.#tokens + earned);
    // Shares add up with errors of rounding.
    if (this.#tokens < 1 - 1e-9) return false;
    this.#tokens -= 1;
    return true;
  }
}

export class Retries {
  readonly #rules: RetryRules;
  readonly #failures: ReadonlySet<FailureKind>;
  readonly #statuses: ReadonlySet<number>;
  readonly #budget: RetryBudget;
  readonly #random: () => number;

  constructor(rules: RetryRules, random: () => number = Math.random) {
    this.#rules = rules;
    this.#failures = new Set(rules.failures);
    this.#statuses = new Set(rules.statuses);
    this.#budget = new RetryBudget(rules.share, performance.now());
    this.#random = random;
  }

  /** What the last attempt came to. A body that is not whole in memory is sent once. */
  async call<A extends Answer | StreamedAnswer>(
    x: Exchange,
    call: Call,
    attempt: (call: Call) => Promise<A | UpstreamError>,
  ): Promise<A | UpstreamError> {
    this.#budget.earn();
    const isWhole = call.body === undefined || call.body instanceof Uint8Array;
    if (!isWhole) return attempt(call);
    for (let made = 1; ; made += 1) {
      const result = await attempt(this.#attemptOf(call));
      const waitMs = this.#waitAfter(result, made, call.deadline);
      if (waitMs === undefined) return result;
      if ("discard" in result) result.discard();
      if (!(await waited(x, waitMs))) return clientGone();
    }
  }

  /** With headers of its own, since the transport adds to them. */
  #attemptOf(call: Call): Call {
    const { attemptTimeoutMs } = this.#rules;
    const deadline =
      attemptTimeoutMs === undefined
        ? call.deadline
        : Math.min(call.deadline, performance.now() + attemptTimeoutMs);
    return { ...call, headers: [...call.headers], deadline };
  }

  /** How long to wait for the next attempt, in ms; undefined: the result is final. */
  #waitAfter(
    result: Answer | StreamedAnswer | UpstreamError,
    made: number,
    deadline: number,
  ): number | undefined {
    if (made >= this.#rules.attempts || !this.#mayChange(result)) return undefined;
    const now = performance.now();
    const bound = Math.min(this.#rules.longestWaitMs, this.#rules.firstWaitMs * 2 ** (made - 1));
    const waitMs = askedWait(result) + this.#random() * bound;
    if (now + waitMs >= deadline) return undefined;
    return this.#budget.spend(now) ? waitMs : undefined;
  }

  #mayChange(result: Answer | StreamedAnswer | UpstreamError): boolean {
    return result instanceof UpstreamError
      ? this.#failures.has(result.kind)
      : this.#statuses.has(result.status);
  }
}

/** What `Retry-After` asks for, in ms [RFC 9110 10.2.3]; 0 where it asks for nothing. */
export function askedWait(result: Answer | StreamedAnswer | UpstreamError, now: number = Date.now()): number {
  const value = result instanceof UpstreamError ? undefined : headerOf(result.headers, "retry-after");
  if (value === undefined) return 0;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const time = /^[A-Z][a-z]{2}, .* GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? 0 : Math.max(0, time - now);
}

/** Waits; false as soon as the client has gone. */
function waited(x: Exchange, waitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const stopTimer = onDeadline(performance.now() + waitMs, () => settle(true));
    const stopGone = x.onGone(() => settle(false));
    const settle = (isThere: boolean): void => {
      stopTimer();
      stopGone();
      resolve(isThere);
    };
  });
}
