// What a request may wait for besides its deadline; made where the configuration asks for it only.
import { deadlines, Timed } from "../deadline.js";
import type { Transaction } from "../transaction.js";

/** The time from the sent request to the head of its answer. */
export class HeadWait extends Timed {
  readonly #transaction: Transaction;
  #isOver = false;

  constructor(transaction: Transaction) {
    super();
    this.#transaction = transaction;
  }

  /** The request is sent. */
  begin(ms: number): void {
    if (!this.#isOver) deadlines.set(this, performance.now() + ms);
  }

  /** The head is there, or nobody waits for it any more. */
  end(): void {
    this.#isOver = true;
    deadlines.clear(this);
  }

  expire(): void {
    this.#transaction.failWith("net/http: timeout awaiting response headers");
  }
}

/** A body that waits for `100 Continue`, though not for ever. */
export class ContinueWait extends Timed {
  readonly #start: () => void;

  constructor(ms: number, start: () => void) {
    super();
    this.#start = start;
    deadlines.set(this, performance.now() + ms);
  }

  /** Sends it now. */
  expire(): void {
    deadlines.clear(this);
    this.#start();
  }

  /** It is not wanted any more. */
  end(): void {
    deadlines.clear(this);
  }
}
