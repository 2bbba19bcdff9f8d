// Bytes that arrived and could not be used yet, in an array of their own.

const SMALLEST = 512;

export class HeldBytes {
  bytes: Buffer = EMPTY;
  start = 0;
  end = 0;

  get length(): number {
    return this.end - this.start;
  }

  /** Adds what was lent, behind what is held. */
  append(lent: Buffer, length: number): void {
    const needed = this.length + length;
    if (this.end + length > this.bytes.length) this.#move(needed);
    lent.copy(this.bytes, this.end, 0, length);
    this.end += length;
  }

  /** Holds this part of an array, its own or a lent one, and nothing else. */
  keep(bytes: Buffer, start: number, end: number): void {
    if (start === end) this.clear();
    else if (bytes === this.bytes) {
      this.start = start;
      this.end = end;
    } else {
      this.clear();
      if (this.bytes.length < end - start) this.bytes = Buffer.allocUnsafeSlow(roomFor(end - start));
      this.end = bytes.copy(this.bytes, 0, start, end);
    }
  }

  /** A connection that waits holds no array. */
  clear(): void {
    this.bytes = EMPTY;
    this.start = 0;
    this.end = 0;
  }

  #move(needed: number): void {
    const target = needed > this.bytes.length ? Buffer.allocUnsafeSlow(roomFor(needed)) : this.bytes;
    this.bytes.copy(target, 0, this.start, this.end);
    this.end -= this.start;
    this.start = 0;
    this.bytes = target;
  }
}

const EMPTY: Buffer = Buffer.alloc(0);

function roomFor(needed: number): number {
  let room = SMALLEST;
  while (room < needed) room *= 2;
  return room;
}
