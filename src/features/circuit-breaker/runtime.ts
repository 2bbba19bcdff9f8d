// The circuit breaker: three states and a count of failures in a row, the same for all threads.
import { announceBreaker, type BreakerState } from "../../runtime/breakers.js";
import type { ByteString } from "../../runtime/bytes.js";
import { Locks } from "../../runtime/locks.js";
import { logWarning } from "../../runtime/log.js";
import { namedMemory, thread } from "../../runtime/thread.js";
import { UpstreamError } from "../../runtime/upstream-error.js";

const STATES: readonly BreakerState[] = ["closed", "half-open", "open"];
const [CLOSED, HALF_OPEN, OPEN] = [0, 1, 2];
type State = number;

/** Where each part of the memory of a breaker stands. */
const [STATE, PERMIT, FAILURES, PROBING, ENDS_AT] = [0, 1, 2, 3, 4] as const;
const BYTES = 5 * 8;

/** Times in ms. */
export interface BreakerSettings {
  readonly name: ByteString;
  /** What the breaker is for, such as `[BACKEND: /users]`. */
  readonly label: ByteString;
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
  readonly #locks: Locks | undefined;
  /**
   * The state, the permit of now, failures in a row, whether there is a probe (0 or 1), and when the
   * window, the open time or the probe ends (ms; 0: never).
   */
  readonly #memory: Float64Array;

  constructor(settings: BreakerSettings, startedAt: number = performance.now()) {
    const { name, label, tolerated, windowMs, openMs } = settings;
    const key = `breaker ${label} ${tolerated} ${windowMs} ${openMs} ${name}`;
    this.#settings = settings;
    this.#probeMs = Math.max(LONGEST_PROBE_MS, openMs);
    this.#memory = new Float64Array(namedMemory(key, BYTES));
    this.#locks = thread.serving > 1 ? new Locks(key, 1) : undefined;
    // The thread that makes the memory is alone with it: no other has begun.
    if (this.#memory[PERMIT] === 0) this.#begin(startedAt + thread.clockOffset);
    announceBreaker({ name, label, state: () => STATES[this.#memory[STATE]!]! });
  }

  /** Leave to make a call, or why there is none. */
  enter(now: number): Permit | UpstreamError {
    const time = now + thread.clockOffset;
    this.#locks?.take(0);
    const before = this.#memory[STATE]!;
    this.#update(time);
    const state = this.#memory[STATE]!;
    const refused = state === OPEN || (state === HALF_OPEN && this.#memory[PROBING] === 1);
    if (state === HALF_OPEN && !refused) {
      this.#memory[PROBING] = 1;
      this.#memory[ENDS_AT] = time + this.#probeMs;
    }
    const permit = this.#memory[PERMIT]!;
    this.#locks?.give(0);
    if (state !== before) this.#tell(before, state);
    if (!refused) return permit;
    return new UpstreamError("refused", state === OPEN ? "circuit breaker is open" : "too many requests");
  }

  /** Counts what a call came to. A client that went away says nothing about the backend. */
  record(permit: Permit, result: CallResult, now: number): void {
    const time = now + thread.clockOffset;
    this.#locks?.take(0);
    const before = this.#memory[STATE]!;
    this.#update(time);
    const between = this.#memory[STATE]!;
    if (permit === this.#memory[PERMIT]) this.#count(result, time);
    const after = this.#memory[STATE]!;
    this.#locks?.give(0);
    if (between !== before) this.#tell(before, between);
    if (after !== between) this.#tell(between, after);
  }

  #count(result: CallResult, now: number): void {
    if (result.error?.kind === "canceled") this.#memory[PROBING] = 0;
    else if (result.error === undefined && result.data !== undefined) this.#succeed(now);
    else this.#fail(now);
  }

  #succeed(now: number): void {
    if (this.#memory[STATE] === HALF_OPEN) this.#change(CLOSED, now);
    else this.#memory[FAILURES] = 0;
  }

  #fail(now: number): void {
    this.#memory[FAILURES]! += 1;
    const tooMany = this.#memory[FAILURES]! > this.#settings.tolerated;
    if (this.#memory[STATE] === HALF_OPEN || tooMany) this.#change(OPEN, now);
  }

  /** What time alone brings about; found out at the next call, not before. */
  #update(now: number): void {
    const endsAt = this.#memory[ENDS_AT]!;
    if (endsAt === 0 || now <= endsAt) return;
    if (this.#memory[STATE] === OPEN) this.#change(HALF_OPEN, now);
    else this.#begin(now);
  }

  #change(state: State, now: number): void {
    this.#memory[STATE] = state;
    this.#begin(now);
  }

  /** A new state or window: nothing counted, and permits of before are void. */
  #begin(now: number): void {
    this.#memory[PERMIT]! += 1;
    this.#memory[FAILURES] = 0;
    this.#memory[PROBING] = 0;
    this.#memory[ENDS_AT] = this.#endOf(this.#memory[STATE]!, now);
  }

  #endOf(state: State, now: number): number {
    if (state === OPEN) return now + this.#settings.openMs;
    return state === CLOSED && this.#settings.windowMs > 0 ? now + this.#settings.windowMs : 0;
  }

  /** Told by the thread that brought it about, once it is out of the way of the others. */
  #tell(before: State, after: State): void {
    if (!this.#settings.logsChanges) return;
    const change = `from '${STATES[before]}' to '${STATES[after]}'`;
    logWarning(`[CB] Circuit breaker named '${this.#settings.name}' went ${change}`);
  }
}
