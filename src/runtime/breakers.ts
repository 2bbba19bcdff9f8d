// The circuit breakers of the program, for whoever shows their state.
import type { ByteString } from "./bytes.js";

export type BreakerState = "closed" | "half-open" | "open";

/** A breaker as others see it. Its state is that of all threads. */
export interface Breaker {
  /** As configured; often empty, and several may have one name. */
  readonly name: ByteString;
  /** `[BACKEND: /users/{{.Id}}]`. */
  readonly label: ByteString;
  /** An open one becomes half-open at the first call after its time. */
  state(): BreakerState;
}

const all: Breaker[] = [];

export function announceBreaker(breaker: Breaker): void {
  all.push(breaker);
}

/** In the order of the program. */
export function breakers(): readonly Breaker[] {
  return all;
}
