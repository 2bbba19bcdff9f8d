// Lines for whoever reads the gateway's output. Never waits for the reader: what was written in one
// turn of the event loop goes out in one write, and when the reader is too slow, lines are counted
// and dropped instead of growing in memory.
import type { Writable } from "node:stream";
import type { ByteString } from "./bytes.js";
import { thread } from "./thread.js";

/** Bytes that may wait for a reader. */
const MOST_WAITING = 1 << 20;

export class LineSink {
  readonly #stream: Writable;
  #turn: ByteString = "";
  #lost = 0;

  constructor(stream: Writable) {
    this.#stream = stream;
    // A reader that has gone away must not take the gateway with it.
    if (stream.listenerCount("error") === 0) stream.on("error", () => {});
    thread.atExit.add(this.flush);
  }

  /** Writes what is left. Nothing of the sink stays behind, in a process that goes on without it. */
  end(): void {
    this.flush();
    thread.atExit.delete(this.flush);
  }

  /** Lines that were dropped since this was asked last. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  /** Whether something was dropped and there is room to say so. */
  get hasLost(): boolean {
    return this.#lost > 0 && !this.#isFull;
  }

  get #isFull(): boolean {
    return this.#stream.writableLength + this.#turn.length > MOST_WAITING || this.#stream.destroyed;
  }

  /** One line or several, each with its line end. */
  write(lines: ByteString): void {
    if (this.#isFull) {
      this.#lost += 1;
      return;
    }
    if (this.#turn === "") setImmediate(this.flush);
    this.#turn += lines;
  }

  /** Hands over what this turn has written so far. */
  readonly flush = (): void => {
    const lines = this.#turn;
    this.#turn = "";
    if (lines !== "") this.#stream.write(Buffer.from(lines, "latin1"));
  };
}

/** The standard output, shared by all logs. */
export const standardOutput: LineSink = new LineSink(process.stdout);

let second = -1;
let text = "";

/** The local time to the second, `2006/01/02 - 15:04:05`; written anew once a second. */
export function clockText(now: number = Date.now()): string {
  const current = Math.floor(now / 1000);
  if (current === second) return text;
  second = current;
  const date = new Date(now);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}/${two(date.getMonth() + 1)}/${two(date.getDate())}`;
  text = `${day} - ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return text;
}

/** What clients and backends sent may hold line ends: they must not make lines of their own. */
export function oneLine(text: ByteString): ByteString {
  return text.replace(/[\x00-\x1f\x7f]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
