// A whole answer of a backend.
import type { ByteString } from "./bytes.js";
import type { FlatHeaders } from "./exchange.js";
import { type FieldPlaces, flatFields } from "./http1/fields.js";
import { readings } from "./lent-memory.js";
import type { Transaction } from "./transaction.js";

/** A whole answer; its body with gzip taken off. */
export interface Answer {
  /** What was asked, for error texts. */
  readonly url: ByteString;
  readonly status: number;
  readonly headers: FlatHeaders;
  readonly body: ByteString;
  /** The body once more where its bytes are there: as many as it is long, and a zero behind them. */
  readonly bytes?: Buffer | undefined;
  /** Is told that the body has been decoded: `bytes` may not be asked for again. */
  onDecoded?(): void;
  /** It came from elsewhere: an answer before it had sent the request there. */
  readonly isMoved?: boolean;
}

/** An answer as it came; what nobody asks for is never made. */
export class ReceivedAnswer implements Answer {
  readonly status: number;
  readonly #transaction: Transaction;
  readonly #head: ByteString;
  readonly #fields: FieldPlaces;
  #body: ByteString | undefined;
  #bytes: Buffer | undefined;
  /** The reading in which its bytes were lent; -1: they are its own. */
  #lentIn = -1;
  #isDecoded = false;

  constructor(
    transaction: Transaction,
    status: number,
    head: ByteString,
    fields: FieldPlaces,
    body: ByteString | Buffer,
  ) {
    this.status = status;
    this.#bytes = typeof body === "string" ? undefined : body;
    this.#body = typeof body === "string" ? body : undefined;
    this.#transaction = transaction;
    this.#head = head;
    this.#fields = fields;
  }

  get url(): ByteString {
    return this.#transaction.url;
  }

  get headers(): FlatHeaders {
    return flatFields(this.#head, this.#fields);
  }

  get isMoved(): boolean {
    return this.#transaction.trail !== undefined;
  }

  get bytes(): Buffer | undefined {
    // Whatever lies there now belongs to somebody else.
    if (this.#lentIn >= 0 && this.#lentIn !== readings) throw new Error("the loan of an answer is over");
    return this.#bytes;
  }

  get body(): ByteString {
    if (this.#body !== undefined) return this.#body;
    const { bytes } = this;
    if (bytes === undefined) throw new Error("an answer was lent, and is wanted again");
    this.#body = bytes.latin1Slice(0, bytes.length - 1);
    return this.#body;
  }

  // ---- a loan: the bytes lie in memory that is used again ----

  /** Until `endLoan`, in the same turn of the event loop, the bytes are there. */
  beginLoan(): void {
    this.#lentIn = readings;
  }

  /** It has been decoded. */
  onDecoded(): void {
    this.#isDecoded = true;
  }

  /** Where nobody has decoded them yet, its bytes become its own. */
  endLoan(): void {
    this.#bytes = this.#isDecoded ? undefined : Buffer.from(this.bytes!);
    this.#lentIn = -1;
  }
}
