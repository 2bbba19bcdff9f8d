// Two ends of a connection within the process: what is written at one is read at the other.
import type { Socket } from "node:net";
import { Duplex } from "node:stream";

class End extends Duplex {
  readonly remoteAddress = "127.0.0.1";
  other: End | undefined;

  constructor() {
    super({ allowHalfOpen: true });
    this.on("error", () => {});
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const { other } = this;
    if (other?.readable === true) other.push(Buffer.from(chunk));
    done();
  }

  override _final(done: () => void): void {
    if (this.other?.readable === true) this.other.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.other?.readable === true) this.other.push(null);
    done(error);
  }

  destroySoon(): void {
    this.end(() => this.destroy());
  }

  resetAndDestroy(): void {
    this.destroy();
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/** What servers and clients use of a socket is there. */
export function socketPair(): readonly [Socket, Socket] {
  const one = new End();
  const two = new End();
  one.other = two;
  two.other = one;
  return [one as unknown as Socket, two as unknown as Socket];
}

/** Lets everything happen that needs no time. */
export async function settle(turns = 3): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Writes bytes in pieces, each read before the next is written. */
export async function writeParts(socket: Socket, parts: readonly Buffer[]): Promise<void> {
  for (const part of parts) {
    if (!socket.writable) return;
    socket.write(part);
    await settle(parts.length > 1 ? 1 : 0);
  }
}
