// The token bucket: for one thread, and for several threads at once.
import { namedMemory, thread } from "../../runtime/thread.js";

/** A bucket that holds as many never runs out; KrakenD's sizes have 64 bits. */
export const ENDLESS = 2 ** 31 - 1;

/**
 * KrakenD's rule of refilling, which is not the textbook's: nothing is added while a token is left,
 * and the time goes on counting from the last refill. After an idle time what is left, a whole
 * bucket and one more may pass at once. Times are ms. [krakend-ratelimit tokenbucket.go]
 */
export class Refill {
  readonly fillMs: number;
  readonly capacity: number;
  /** A capacity below 1 is 1, and the bucket starts empty. */
  readonly atStart: number;

  constructor(perSecond: number, capacity: number) {
    // Whole nanoseconds, at least one, as KrakenD counts them.
    this.fillMs = Math.max(1, Math.trunc(1e9 / Math.max(perSecond, 1e-9))) / 1e6;
    this.capacity = Math.min(Math.max(1, capacity), ENDLESS);
    this.atStart = Math.min(Math.max(0, capacity), ENDLESS);
  }

  due(refilledAt: number, now: number): number {
    return Math.floor((now - refilledAt) / this.fillMs);
  }

  /**
   * What is left after a refill of `added` and the request that asked for it. Quirk: the request
   * that fills the bucket to the brim takes nothing out of it [krakend-ratelimit tokenbucket.go].
   */
  leftOf(added: number): number {
    return added > this.capacity ? this.capacity : added - 1;
  }

  /** Takes one out of the bucket whose tokens stand in `tokens[at]` and whose time in `times[timeAt]`. */
  take(tokens: Int32Array, at: number, times: Float64Array, timeAt: number, now: number): boolean {
    const left = tokens[at]!;
    if (left > 0) {
      if (left !== ENDLESS) tokens[at] = left - 1;
      return true;
    }
    const added = this.due(times[timeAt]!, now);
    if (added < 1) return false;
    times[timeAt]! += added * this.fillMs;
    tokens[at] = this.leftOf(added);
    return true;
  }
}

/** Whether one more request may pass; `now` is ms on the clock of performance.now(). */
export interface Bucket {
  take(now: number): boolean;
}

/** A bucket of this thread alone. */
export class OwnBucket implements Bucket {
  readonly #refill: Refill;
  readonly #tokens: Int32Array;
  readonly #times: Float64Array;

  constructor(refill: Refill, memory: ArrayBufferLike, startedAt: number) {
    this.#refill = refill;
    this.#tokens = new Int32Array(memory, 0, 2);
    this.#times = new Float64Array(memory, 8, 1);
    if (this.#times[0] !== 0) return;
    this.#times[0] = startedAt;
    this.#tokens[0] = refill.atStart;
  }

  take(now: number): boolean {
    return this.#refill.take(this.#tokens, 0, this.#times, 0, now);
  }
}

/**
 * The same bucket for all threads, exact and without a lock: what changes stands in one word of 64
 * bits, the tokens and how many were due since the start (as far as 32 bits go). Beside it stands
 * when it was refilled last, good enough to tell when the number has run over.
 */
export class SharedBucket implements Bucket {
  readonly #refill: Refill;
  /** The tokens, then the number of the fill. */
  readonly #halves: Int32Array;
  readonly #whole: BigInt64Array;
  /** When it began and when it was refilled last, on the clock of all threads. */
  readonly #times: Float64Array;
  readonly #runsOverMs: number;
  readonly #seen = new Int32Array(2);
  readonly #seenWhole: BigInt64Array = new BigInt64Array(this.#seen.buffer);
  readonly #next = new Int32Array(2);
  readonly #nextWhole: BigInt64Array = new BigInt64Array(this.#next.buffer);

  constructor(refill: Refill, memory: ArrayBufferLike, startedAt: number) {
    this.#refill = refill;
    this.#halves = new Int32Array(memory, 0, 2);
    this.#whole = new BigInt64Array(memory, 0, 1);
    this.#times = new Float64Array(memory, 8, 2);
    this.#runsOverMs = refill.fillMs * 2 ** 30;
    // The thread that makes the memory is alone with it: no other has begun.
    if (this.#times[0] !== 0) return;
    this.#times.fill(startedAt + thread.clockOffset);
    Atomics.store(this.#halves, 0, refill.atStart);
  }

  take(now: number): boolean {
    for (;;) {
      // The fill first: if another thread refills after this, there were no tokens when we looked.
      const fill = Atomics.load(this.#halves, 1);
      const left = Atomics.load(this.#halves, 0);
      if (left === ENDLESS) return true;
      if (left > 0) {
        if (Atomics.compareExchange(this.#halves, 0, left, left - 1) === left) return true;
        continue;
      }
      const time = now + thread.clockOffset;
      const due = this.#refill.due(this.#times[0]!, time) | 0;
      const ranOver = time - this.#times[1]! > this.#runsOverMs;
      const added = ranOver ? ENDLESS : (due - fill) | 0;
      if (added < 1) return false;
      if (this.#refillAt(fill, due, added)) {
        this.#times[1] = time;
        return true;
      }
    }
  }

  /** False: another thread was quicker. */
  #refillAt(fill: number, due: number, added: number): boolean {
    this.#seen[0] = 0;
    this.#seen[1] = fill;
    this.#next[0] = this.#refill.leftOf(added);
    this.#next[1] = due;
    const seen = this.#seenWhole[0]!;
    return Atomics.compareExchange(this.#whole, 0, seen, this.#nextWhole[0]!) === seen;
  }
}

/** A bucket that all threads share; the name tells what it limits. */
export function tokenBucket(
  name: string,
  perSecond: number,
  capacity: number,
  startedAt: number = performance.now(),
): Bucket {
  const memory = namedMemory(`bucket ${perSecond} ${capacity} ${name}`, 24);
  const refill = new Refill(perSecond, capacity);
  return thread.serving > 1
    ? new SharedBucket(refill, memory, startedAt)
    : new OwnBucket(refill, memory, startedAt);
}
