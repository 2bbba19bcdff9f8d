// Locks for the few places where threads must take turns: held for less than a microsecond, around
// code that neither waits nor allocates.
import { namedMemory, thread } from "./thread.js";

/** What the names of memory start with that holds locks and nothing else. */
const LOCKS = "locks ";

/** Tries before a thread sleeps for a moment: the holder may have lost its core. */
const SPINS = 100;
const NAP_MS = 0.05;

/** A word is 0, or the number of the thread that holds the lock. */
export class Locks {
  readonly #words: Int32Array;
  readonly #own = thread.index + 1;

  constructor(name: string, count: number) {
    this.#words = new Int32Array(namedMemory(LOCKS + name, count * 4));
  }

  take(lock: number): void {
    let tries = 0;
    for (;;) {
      const holder = Atomics.compareExchange(this.#words, lock, 0, this.#own);
      if (holder === 0) return;
      tries += 1;
      if (tries > SPINS) Atomics.wait(this.#words, lock, holder, NAP_MS);
    }
  }

  give(lock: number): void {
    Atomics.store(this.#words, lock, 0);
  }
}

/** Gives back what a thread held when it died. */
export function releaseLocksOf(index: number): void {
  for (const [name, memory] of [...thread.memory, ...thread.inherited]) {
    if (!name.includes(` ${LOCKS}`)) continue;
    const words = new Int32Array(memory);
    for (let lock = 0; lock < words.length; lock += 1) Atomics.compareExchange(words, lock, index + 1, 0);
  }
}
