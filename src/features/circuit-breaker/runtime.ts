// The circuit breaker: three states and a count of failures in a row.
import type { ByteString } from "../../runtime/bytes.js";
import { logWarning } from "../../runtime/log.js";
import { UpstreamError } from "../../runtime/upstream-error.js";

type State = "closed" | "half-open" | "open";

/** Times in ms. */
export interface BreakerSettings {
  readonly name: ByteString;
  /** Failures in a row that leave it closed. */
  readonly tolerated: number;
  /** 0: the count never expires. */
  readonly windowMs: number;
  readonly openMs: number;
  readonly logsChanges: boolean;
}

/** What a call came to, as far as a breaker cares: no data is no response, an error is a failure. */
export interface CallResult {
  readonly data: unknown;
  readonly error: UpstreamError | undefined;
}

/** Proof that a call was let through: the state and window that its result belongs to. */
export type Permit = number;

/** A probe that says nothing for so long, and longer than the breaker stays open, is given up. */
const LONGEST_PROBE_MS = 60_000;

/**
 * Opens after too many failures in a row, then lets one probe through to see whether the backend
 * works again. `now` is ms on the clock of performance.now(). [sony/gobreaker v2]
 *
 * Each call asks `enter` and, once its outcome is known, tells `record`. What is told with the
 * permit of an earlier state or window is ignored.
 *
 * A probe must not block the backend for ever when its caller never tells: the code around the call
 * threw, or left without coming by `record`. So a probe may keep the others out for a minute at
 * most, or for as long as the breaker stays open if that is longer; then the next call becomes the
 * probe, and what the lost one may still tell is ignored. A probe whose client went away makes room
 * at once.
 */
export class CircuitBreaker {
  readonly #settings: BreakerSettings;
  readonly #probeMs: number;
  #state: State = "closed";
  #permit: Permit = 0;
  #failures = 0;
  #probing = false;
  /** When the window, the open time or the probe ends. */
  #endsAt = 0;

  constructor(settings: BreakerSettings, startedAt: number = performance.now()) {
    this.#settings = settings;
    this.#probeMs = Math.max(LONGEST_PROBE_MS, settings.openMs);
    this.#begin(startedAt);
  }

  /** Leave to make a call, or why there is none. */
  enter(now: number): Permit | UpstreamError {
    this.#update(now);
    if (this.#state === "open") return new UpstreamError("refused", "circuit breaker is open");
    if (this.#state === "half-open") {
      if (this.#probing) return new UpstreamError("refused", "too many requests");
      this.#probing = true;
      this.#endsAt = now + this.#probeMs;
    }
    return this.#permit;
  }

  /** Counts what a call came to. A client that went away says nothing about the backend. */
  record(permit: Permit, result: CallResult, now: number): void {
    this.#update(now);
    if (permit !== this.#permit) return;
    if (result.error?.kind === "canceled") this.#probing = false;
    else if (result.error === undefined && result.data !== undefined) this.#succeed(now);
    else this.#fail(now);
  }

  #succeed(now: number): void {
    if (this.#state === "half-open") this.#change("closed", now);
    else this.#failures = 0;
  }

  #fail(now: number): void {
    this.#failures += 1;
    if (this.#state === "half-open" || this.#failures > this.#settings.tolerated) this.#change("open", now);
  }

  /** What time alone brings about; found out at the next call, not before. */
  #update(now: number): void {
    if (this.#endsAt === 0 || now <= this.#endsAt) return;
    if (this.#state === "open") this.#change("half-open", now);
    else this.#begin(now);
  }

  #change(state: State, now: number): void {
    const before = this.#state;
    this.#state = state;
    this.#begin(now);
    if (!this.#settings.logsChanges) return;
    logWarning(`[CB] Circuit breaker named '${this.#settings.name}' went from '${before}' to '${state}'`);
  }

  /** A new state or window: nothing counted, and permits of before are void. */
  #begin(now: number): void {
    this.#permit += 1;
    this.#failures = 0;
    this.#probing = false;
    this.#endsAt = this.#endOf(this.#state, now);
  }

  #endOf(state: State, now: number): number {
    if (state === "open") return now + this.#settings.openMs;
    return state === "closed" && this.#settings.windowMs > 0 ? now + this.#settings.windowMs : 0;
  }
}
