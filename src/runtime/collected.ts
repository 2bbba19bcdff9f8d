// Bytes that arrive in parts and are wanted as one: however small the parts, they take no more room
// than they need.

/** What says it is longer is not believed before it has come. */
const MOST_AHEAD = 1024 * 1024;

/** Bytes that are put together, with a zero behind them. */
export class Collected {
  size = 0;
  #bytes: Buffer;

  constructor(expected: number) {
    this.#bytes = Buffer.allocUnsafe(Math.min(expected, MOST_AHEAD) + 1);
  }

  add(bytes: Buffer, start: number, end: number): void {
    const needed = this.size + end - start + 1;
    if (needed > this.#bytes.length) this.#grow(needed);
    bytes.copy(this.#bytes, this.size, start, end);
    this.size = needed - 1;
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.size);
    this.#bytes = grown;
  }

  finish(): Buffer {
    this.#bytes[this.size] = 0;
    const length = this.size + 1;
    return length === this.#bytes.length ? this.#bytes : this.#bytes.subarray(0, length);
  }
}
