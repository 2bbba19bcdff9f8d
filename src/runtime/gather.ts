// What every thread keeps for itself, for the one thread that reports it.
import { BroadcastChannel } from "node:worker_threads";
import { thread } from "./thread.js";

/** How long other threads are waited for, in ms. */
const LONGEST_WAIT = 500;

type Message<T> =
  | { readonly ask: number }
  | { readonly answer: number; readonly who: string; readonly data: T };

/**
 * Asks all threads for what they have. `keeps`: what a thread had said goes on counting when it is
 * dead, for numbers that must never fall.
 */
export class Gather<T> {
  readonly #own: () => T;
  readonly #keeps: boolean;
  readonly #channel: BroadcastChannel | undefined;
  readonly #who = `${thread.index} ${Math.random()}`;
  readonly #heard = new Map<string, T>();
  #asked = 0;
  #answered: (() => void) | undefined;

  /** `own` gives plain data: it goes to another thread. */
  constructor(name: string, keeps: boolean, own: () => T) {
    this.#own = own;
    this.#keeps = keeps;
    if (thread.serving === 1) return;
    // For some seconds the program that was replaced is still there, and what it keeps may mean something else.
    this.#channel = new BroadcastChannel(`gwc ${thread.generation} ${name}`);
    this.#channel.onmessage = (event) => this.#hear((event as { data: Message<T> }).data);
    this.#channel.unref();
  }

  #hear(message: Message<T>): void {
    if ("ask" in message) {
      if (thread.leads) return;
      this.#channel?.postMessage({ answer: message.ask, who: this.#who, data: this.#own() });
      return;
    }
    this.#heard.set(message.who, message.data);
    if (message.answer === this.#asked) this.#answered?.();
  }

  /** Of this thread first, then of the others. Of two that ask at once both get the later answers. */
  async ask(): Promise<readonly T[]> {
    const channel = this.#channel;
    if (channel === undefined) return [this.#own()];
    if (!this.#keeps) this.#heard.clear();
    this.#asked += 1;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LONGEST_WAIT);
      let missing = thread.all - 1;
      const before = this.#answered;
      this.#answered = () => {
        before?.();
        missing -= 1;
        if (missing > 0) return;
        clearTimeout(timer);
        this.#answered = undefined;
        resolve();
      };
      channel.postMessage({ ask: this.#asked } satisfies Message<T>);
    });
    return [this.#own(), ...this.#heard.values()];
  }

  close(): void {
    this.#channel?.close();
  }
}
