// The body of a request while it arrives: kept for whoever asks for it, up to a limit, or passed on.
import type { BodySink, BodyStream } from "../exchange.js";
import { ChunkedDecoder, type ChunkReceiver } from "./chunked.js";

/** The connection that a body arrives on. */
export interface BodyOwner {
  /** The client waits to be told that its body is wanted: tell it. */
  onWanted(): void;
  pauseReading(): void;
  resumeReading(): void;
}

/** Bytes that are kept for a reader who has not come or does not take more. */
const MOST_WAITING = 64 * 1024;
/** What a piece takes beside its bytes, about: a body may come in pieces of one byte. */
const PIECE_BYTES = 128;

/** What an unwanted body may still hold for its connection to stay usable [Go net/http server.go]. */
export const MOST_SWALLOWED = 256 * 1024;

export class IncomingBody implements BodyStream, ChunkReceiver {
  readonly length: number | undefined;
  #left: number;
  readonly #decoder: ChunkedDecoder | undefined;
  readonly #owner: BodyOwner;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #sink: BodySink | undefined;
  #state: "arriving" | "complete" | "broken" = "arriving";
  #reason: string | undefined;
  #paused = false;
  #unwanted = false;
  #swallowed = 0;

  /** `length` -1: chunked. */
  constructor(length: number, owner: BodyOwner) {
    this.#left = length;
    this.length = length < 0 ? undefined : length;
    this.#decoder = length < 0 ? new ChunkedDecoder(this) : undefined;
    this.#owner = owner;
  }

  get isArriving(): boolean {
    return this.#state === "arriving";
  }

  get isBroken(): boolean {
    return this.#state === "broken";
  }

  /** How much of it is known to be missing. */
  get missing(): number {
    return this.#decoder === undefined ? this.#left : 0;
  }

  /** Nobody wants it, and there was more of it than is read over. */
  get isTooMuch(): boolean {
    return this.#swallowed > MOST_SWALLOWED;
  }

  // ---- from the connection ----

  /** Takes in what has arrived; gives the index of the first byte behind the body. */
  push(bytes: Buffer, start: number, end: number): number {
    const decoder = this.#decoder;
    if (decoder === undefined) {
      const stop = Math.min(end, start + this.#left);
      this.#left -= stop - start;
      this.onChunk(bytes, start, stop);
      if (this.#left === 0) this.#complete();
      return stop;
    }
    const stop = decoder.push(bytes, start, end);
    if (decoder.isDone) this.#complete();
    else if (decoder.isBroken) this.fail(decoder.fault);
    return stop;
  }

  onChunk(bytes: Buffer, start: number, end: number): void {
    if (this.#unwanted) {
      this.#swallowed += end - start;
      return;
    }
    const chunk = Buffer.from(bytes.subarray(start, end));
    if (this.#sink !== undefined && !this.#paused) this.#sink.onData(chunk);
    else this.#keep(chunk);
  }

  #keep(chunk: Buffer): void {
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length + PIECE_BYTES;
    if (this.#waitingBytes >= MOST_WAITING) this.#owner.pauseReading();
  }

  #complete(): void {
    this.#state = "complete";
    if (this.#waitingBytes === 0) this.#sink?.onEnd();
  }

  /** The rest will not come. `reason` undefined: the client has gone. */
  fail(reason: string | undefined): void {
    if (this.#state !== "arriving") return;
    this.#state = "broken";
    this.#reason = reason;
    if (this.#waitingBytes === 0) this.#sink?.onBroken(reason);
  }

  // ---- from the reader ----

  /** All of it, when all of it is there and nobody has begun to read. */
  takeWhole(): Buffer | undefined {
    if (this.#state !== "complete" || this.#sink !== undefined || this.#unwanted) return undefined;
    const whole = this.#waiting.length === 1 ? this.#waiting[0]! : Buffer.concat(this.#waiting);
    this.#unwanted = true;
    this.#release();
    return whole;
  }

  pump(sink: BodySink): void {
    if (this.#sink !== undefined || this.#unwanted) return sink.onBroken("http: invalid Read on closed Body");
    this.#sink = sink;
    if (this.#state === "arriving") this.#owner.onWanted();
    this.#flush();
  }

  #flush(): void {
    const sink = this.#sink;
    while (sink !== undefined && this.#waiting.length > 0 && !this.#paused && !this.#unwanted) {
      const chunk = this.#waiting.shift()!;
      this.#waitingBytes -= chunk.length + PIECE_BYTES;
      sink.onData(chunk);
    }
    if (this.#paused || this.#unwanted || sink === undefined) return;
    if (this.#state === "complete") sink.onEnd();
    else if (this.#state === "broken") sink.onBroken(this.#reason);
    else this.#owner.resumeReading();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#flush();
  }

  /** The rest is read over, so that the connection stays usable. */
  cancel(): void {
    if (this.#unwanted) return;
    this.#unwanted = true;
    this.#release();
  }

  #release(): void {
    this.#swallowed = 0;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#sink = undefined;
    this.#owner.resumeReading();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    let wake: () => void = () => {};
    const queue: Buffer[] = [];
    let end: { readonly reason: string | undefined; readonly broken: boolean } | undefined;
    this.pump({
      onData: (chunk) => {
        queue.push(chunk);
        this.pause();
        wake();
      },
      onEnd: () => {
        end = { broken: false, reason: undefined };
        wake();
      },
      onBroken: (reason) => {
        end = { broken: true, reason };
        wake();
      },
    });
    try {
      for (;;) {
        const chunk = queue.shift();
        if (chunk !== undefined) yield chunk;
        else if (end !== undefined) break;
        else {
          const more = new Promise<void>((resolve) => {
            wake = resolve;
          });
          this.resume();
          await more;
        }
      }
      if (end?.broken) throw new Error(end.reason ?? "context canceled");
    } finally {
      this.cancel();
    }
  }
}
