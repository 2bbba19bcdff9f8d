// Deadlines are numbers: ms on the clock of performance.now(). This file alone turns them into timers.
// Entries hang in a ring of slots and are linked through themselves: to set and to take back a deadline
// allocates nothing, and one coarse tick serves all.

const SLOTS = 1024;

/** Something that ends at a time of its own unless it is taken back before. */
export abstract class Timed {
  /** The neighbours in its slot; itself while it is not waiting. */
  previous: Timed = this;
  next: Timed = this;
  expiresAt = 0;

  abstract expire(): void;
}

class Slot extends Timed {
  expire(): void {}
}

/** Fires entries at most a tick late, never early. Ticks only while something waits. */
export class TimerRing {
  readonly #tickMs: number;
  /** Each is made when something first waits in it. */
  readonly #slots: (Slot | undefined)[] = new Array<Slot | undefined>(SLOTS).fill(undefined);
  #waiting = 0;
  /** The last slot, counted from the beginning of time, that was looked through. */
  #passed = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(tickMs: number) {
    this.#tickMs = tickMs;
  }

  /** Lets an entry expire at a time; one that waits already is moved. */
  set(entry: Timed, expiresAt: number): void {
    if (entry.next !== entry) unlink(entry);
    else this.#waiting += 1;
    if (this.#timer === undefined) this.#start();
    entry.expiresAt = expiresAt;
    const turn = Math.max(Math.ceil(expiresAt / this.#tickMs), this.#passed + 1);
    const slot = this.#slotOf(turn);
    entry.previous = slot.previous;
    entry.next = slot;
    slot.previous.next = entry;
    slot.previous = entry;
  }

  #slotOf(turn: number): Slot {
    const slot = this.#slots[turn % SLOTS];
    if (slot !== undefined) return slot;
    const made = new Slot();
    this.#slots[turn % SLOTS] = made;
    return made;
  }

  /** Takes an entry back; does nothing when it does not wait. */
  clear(entry: Timed): void {
    if (entry.next === entry) return;
    unlink(entry);
    this.#waiting -= 1;
  }

  #start(): void {
    this.#passed = Math.floor(performance.now() / this.#tickMs);
    this.#timer = setTimeout(() => this.#tick(), this.#tickMs).unref();
  }

  #tick(): void {
    const now = performance.now();
    const turn = Math.floor(now / this.#tickMs);
    const first = this.#passed + 1;
    this.#passed = turn;
    if (turn - first >= SLOTS) this.#expireInOrder(now);
    else for (let each = first; each <= turn; each++) this.#expire(this.#slots[each % SLOTS], now);
    if (this.#waiting === 0) this.#timer = undefined;
    else this.#timer!.refresh();
  }

  /**
   * The ring has turned whole since the last tick, as where the machine was suspended: slots say nothing of
   * the order any more, and the earlier of two ends of a request is the one that counts.
   */
  #expireInOrder(now: number): void {
    const due: Timed[] = [];
    for (const slot of this.#slots) {
      if (slot === undefined) continue;
      for (let entry = slot.next; entry !== slot; entry = entry.next)
        if (entry.expiresAt <= now) due.push(entry);
    }
    due.sort((one, other) => one.expiresAt - other.expiresAt);
    for (const entry of due) {
      // One before it may have taken it back, or set it anew.
      if (entry.next === entry || entry.expiresAt > now) continue;
      this.clear(entry);
      entry.expire();
    }
  }

  /** What expires may set and clear others, in this slot too: so it begins anew after each. */
  #expire(slot: Slot | undefined, now: number): void {
    if (slot === undefined) return;
    let entry = slot.next;
    while (entry !== slot) {
      const { next } = entry;
      if (entry.expiresAt <= now) {
        this.clear(entry);
        entry.expire();
        entry = slot.next;
      } else entry = next;
    }
  }
}

function unlink(entry: Timed): void {
  entry.previous.next = entry.next;
  entry.next.previous = entry.previous;
  entry.previous = entry;
  entry.next = entry;
}

/** For deadlines of requests. */
export const deadlines: TimerRing = new TimerRing(5);

/** For connections that are given up when nothing happens on them. */
export const idleTimes: TimerRing = new TimerRing(50);

class Listener extends Timed {
  readonly #listener: () => void;

  constructor(listener: () => void) {
    super();
    this.#listener = listener;
  }

  expire(): void {
    this.#listener();
  }
}

/** Calls back once when the deadline has passed; the returned function takes that back. */
export function onDeadline(deadline: number, listener: () => void): () => void {
  const entry = new Listener(listener);
  deadlines.set(entry, deadline);
  return () => deadlines.clear(entry);
}

export function hasPassed(deadline: number): boolean {
  return performance.now() >= deadline;
}
