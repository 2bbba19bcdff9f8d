// Numbers that every thread adds to and one thread reads, such as what metrics are made of.
import { namedMemory, thread } from "./thread.js";

/**
 * Counters in numbered slots; the numbers are fixed at build, so that adding is one addition at a
 * known place. Each thread has a row of its own, so no addition waits for another thread, and a
 * reader sums the rows. Counts are exact; a reader that sums while others add sees each addition
 * now or at its next look. They live as long as the process: a thread that takes the place of a
 * dead one goes on in its row.
 *
 * `layout` says what the slots mean. A configuration that is taken over goes on counting where its
 * layout is the same, and starts at 0 where it is not. Values are doubles: sums of durations or
 * bytes fit as well as counts, and counts are exact up to 2^53.
 *
 *     const counters = new Counters("metrics", ROUTES, 24);
 *     counters.add(3, 1);
 *     if (thread.leads) report(counters.total(3));
 */
export class Counters {
  readonly slots: number;
  readonly #rows: readonly Float64Array[];
  readonly #own: Float64Array;

  constructor(name: string, layout: string, slots: number) {
    this.slots = slots;
    const stride = rowLength(slots);
    const memory = namedMemory(`counters ${name} ${layout}`, thread.all * stride * 8);
    this.#rows = Array.from(
      { length: thread.all },
      (_, row) => new Float64Array(memory, row * stride * 8, slots),
    );
    this.#own = this.#rows[thread.index]!;
  }

  /** Adds to what this thread has counted in a slot. */
  add(slot: number, amount: number): void {
    this.#own[slot]! += amount;
  }

  /**
   * Sets what this thread has in a slot, for values that go up and down such as open connections:
   * the total is the sum of what all threads have set.
   */
  set(slot: number, value: number): void {
    this.#own[slot] = value;
  }

  /** The sum of all threads. */
  total(slot: number): number {
    let sum = 0;
    for (const row of this.#rows) sum += row[slot]!;
    return sum;
  }

  /** The sums of all threads, for all slots. */
  totals(): Float64Array {
    const sums = new Float64Array(this.slots);
    for (const row of this.#rows) for (let slot = 0; slot < this.slots; slot += 1) sums[slot]! += row[slot]!;
    return sums;
  }
}

/** Rows begin on cache lines of their own, so that threads do not slow each other down. */
function rowLength(slots: number): number {
  return Math.ceil(slots / 16) * 16;
}
