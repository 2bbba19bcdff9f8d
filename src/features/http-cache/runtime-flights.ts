// Requests that want the same at the same time: one asks, the others wait for what comes of it.
import { onDeadline } from "../../runtime/deadline.js";
import type { UpstreamError } from "../../runtime/upstream-error.js";

/**
 * How a request ended that others waited for. kept: look at the store. alone: its answer is for
 * nobody else. again: it was given up before its end, and says nothing. An error is everybody's.
 */
export type Landing = "kept" | "alone" | "again" | UpstreamError;

/** Waits for a landing, but not beyond the deadline of the one who waits: then it is alone. */
export function landingOf(flight: Promise<Landing>, deadline: number): Promise<Landing> {
  return new Promise((resolve) => {
    const stop = onDeadline(deadline, () => resolve("alone"));
    void flight.then((landing) => {
      stop();
      resolve(landing);
    });
  });
}

/** What a failure of one request means for those that wait for it. */
export function landingOfFailure(error: UpstreamError): Landing {
  // The client of the one who asked has gone, or its time is over; the others have their own.
  return error.kind === "canceled" || error.kind === "timeout" ? "again" : error;
}

const MOST_REMEMBERED = 4096;
const LONGEST_REMEMBERED = 2048;
const REMEMBERED_MS = 60_000;

/**
 * Keys whose answers were for nobody else: their requests do not wait for each other, since that
 * would only make them slow. Remembered for a minute.
 */
export class Loners {
  readonly #until = new Map<string, number>();

  has(key: string, now: number): boolean {
    const until = this.#until.get(key);
    return key.length > LONGEST_REMEMBERED || (until !== undefined && now < until);
  }

  add(key: string, now: number): void {
    if (key.length > LONGEST_REMEMBERED) return;
    this.#until.delete(key);
    this.#until.set(key, now + REMEMBERED_MS);
    for (const oldest of this.#until.keys()) {
      if (this.#until.size <= MOST_REMEMBERED) break;
      this.#until.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#until.delete(key);
  }
}
