// Deadlines are numbers: ms on the clock of performance.now(). This file alone turns them into timers.

/** A timer that is asked to wait longer fires at once; 24.8 days are as good as for ever here. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls back once when the deadline has passed; the returned function takes that back. */
export function onDeadline(deadline: number, listener: () => void): () => void {
  const timer = setTimeout(listener, Math.min(Math.max(0, deadline - performance.now()), LONGEST_TIMER_MS));
  return () => clearTimeout(timer);
}

export function hasPassed(deadline: number): boolean {
  return performance.now() >= deadline;
}
