// Bytes that arrive in parts and are wanted as one: however small the parts, they take no more room
// than they need.
import { giveBackArea, LEAST_IN_AREA, takeArea } from "./lent-memory.js";

/** What says it is longer is not believed before it has come. */
const MOST_AHEAD = 1024 * 1024;

/** Bytes that are put together, with a zero behind them. */
export class Collected {
  size = 0;
  readonly #lends: boolean;
  #bytes: Buffer;
  #area: Buffer | undefined;

  /** `lends`: they may lie in lent memory; whoever collects gives that back. */
  constructor(expected: number, lends = false) {
    this.#lends = lends;
    this.#bytes = this.#room(Math.min(expected, MOST_AHEAD) + 1);
  }

  /** The bytes lie in lent memory. */
  get isLent(): boolean {
    return this.#area !== undefined;
  }

  add(bytes: Buffer, start: number, end: number): void {
    const needed = this.size + end - start + 1;
    if (needed > this.#bytes.length) this.#grow(needed);
    bytes.copy(this.#bytes, this.size, start, end);
    this.size = needed - 1;
  }

  #grow(needed: number): void {
    const outgrown = this.#area;
    const grown = this.#room(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.size);
    this.#bytes = grown;
    if (outgrown !== undefined) giveBackArea(outgrown);
  }

  #room(length: number): Buffer {
    this.#area = this.#lends && length >= LEAST_IN_AREA ? takeArea(length) : undefined;
    return this.#area ?? Buffer.allocUnsafe(length);
  }

  finish(): Buffer {
    this.#bytes[this.size] = 0;
    const length = this.size + 1;
    return length === this.#bytes.length ? this.#bytes : this.#bytes.subarray(0, length);
  }

  /** Nobody looks at the bytes any more. */
  giveBack(): void {
    if (this.#area !== undefined) giveBackArea(this.#area);
    this.#area = undefined;
  }
}
