// The text of a long answer, made when it pays: most of it is walked over and never looked at as text.
import type { ByteString } from "./text.js";

/** What slices are cut from: a text, or one that may never be made. */
export interface Sliceable {
  readonly length: number;
  slice(start: number, end: number): ByteString;
}

/** From this length on, in bytes, making the text costs more than a few slices of the bytes. */
export const LATE_FROM_BYTES = 16 * 1024;
/** A slice of bytes costs several times what one of a text costs. */
const SLICES_OF_BYTES = 16;

/** A text that is there as bytes, with a zero behind them; `from` makes it once. */
export class LateText implements Sliceable {
  readonly length: number;
  readonly #bytes: Buffer;
  readonly #from: { readonly body: ByteString };
  #slices = 0;

  constructor(bytes: Buffer, from: { readonly body: ByteString }) {
    this.length = bytes.length - 1;
    this.#bytes = bytes;
    this.#from = from;
  }

  slice(start: number, end: number): ByteString {
    if (this.#slices === SLICES_OF_BYTES) return this.#from.body.slice(start, end);
    this.#slices++;
    return this.#bytes.latin1Slice(start, end);
  }
}
