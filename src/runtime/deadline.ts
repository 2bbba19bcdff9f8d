// Deadlines are numbers: ms on the clock of performance.now(). This file alone turns them into timers.

/** Calls back once when the deadline has passed; the returned function takes that back. */
export function onDeadline(deadline: number, listener: () => void): () => void {
  const timer = setTimeout(listener, Math.max(0, deadline - performance.now()));
  return () => clearTimeout(timer);
}

export function hasPassed(deadline: number): boolean {
  return performance.now() >= deadline;
}
