// Requests on their way to the socket of a connection.
import type { Socket } from "node:net";
import type { RequestBody } from "../exchange.js";
import { headerOf } from "../forward.js";
import type { Transaction } from "../transaction.js";
import type { TransportOptions } from "../transport.js";
import { ContinueWait, HeadWait } from "./head-wait.js";
import { isChunked, requestText } from "./request-text.js";
import { Upload } from "./upload.js";

export class RequestWriter {
  readonly #socket: Socket;
  readonly #headTimeoutMs: number;
  readonly #continueTimeoutMs: number;
  /** The body of the one request under way waits for `100 Continue`. */
  #continue: ContinueWait | undefined;

  constructor(socket: Socket, transport: TransportOptions) {
    this.#socket = socket;
    this.#headTimeoutMs = transport.responseHeaderTimeoutMs;
    this.#continueTimeoutMs = transport.expectContinueTimeoutMs;
  }

  write(transaction: Transaction): void {
    const text = requestText(transaction);
    const body = transaction.call.body as RequestBody | undefined;
    if (body !== undefined) this.#writeWithBody(transaction, text, body);
    else if (this.#headTimeoutMs === 0) this.#socket.write(text, "latin1");
    else this.#socket.write(text, "latin1", this.#limitWait(transaction));
  }

  /** Requests without bodies, at once. */
  writeAll(transactions: readonly Transaction[]): void {
    let text = "";
    for (const transaction of transactions) text += requestText(transaction);
    if (text === "" || this.#socket.destroyed) return;
    if (this.#headTimeoutMs === 0) this.#socket.write(text, "latin1");
    else {
      const begins = transactions.map((transaction) => this.#limitWait(transaction));
      this.#socket.write(text, "latin1", () => {
        for (const begin of begins) begin();
      });
    }
  }

  /** Gives what is to be done when the request has been sent. */
  #limitWait(transaction: Transaction): () => void {
    // It may have been sent before, on a connection that was lost.
    transaction.headWait?.end();
    const wait = new HeadWait(transaction);
    transaction.headWait = wait;
    return () => wait.begin(this.#headTimeoutMs);
  }

  #writeWithBody(transaction: Transaction, text: string, body: RequestBody): void {
    const socket = this.#socket;
    const sent = this.#headTimeoutMs === 0 ? undefined : this.#limitWait(transaction);
    socket.cork();
    socket.write(text, "latin1");
    const waits = this.#continueTimeoutMs > 0 && headerOf(transaction.call.headers, "expect") !== undefined;
    if (!waits) this.#writeBody(transaction, body, sent);
    else {
      transaction.uploading = true;
      this.#continue = new ContinueWait(this.#continueTimeoutMs, () => {
        this.#continue = undefined;
        if (!transaction.ended && !socket.destroyed) this.#writeBody(transaction, body, sent);
      });
    }
    socket.uncork();
  }

  #writeBody(transaction: Transaction, body: RequestBody, sent: (() => void) | undefined): void {
    transaction.uploading = false;
    if ("pump" in body) new Upload(this.#socket, transaction, body, sent);
    else if (body.length > 0) this.#writeWhole(body, isChunked(transaction.call, body), sent);
    else sent?.();
  }

  #writeWhole(body: Uint8Array, chunked: boolean, sent: (() => void) | undefined): void {
    if (chunked) this.#socket.write(`${body.length.toString(16)}\r\n`, "latin1");
    this.#socket.write(body, chunked ? undefined : sent);
    if (chunked) this.#socket.write("\r\n0\r\n\r\n", "latin1", sent);
  }

  /** The backend wants the body. */
  onContinue(): void {
    this.#continue?.expire();
  }

  /** A body that has not been asked for by now is not wanted. */
  endContinue(): void {
    if (this.#continue === undefined) return;
    this.#continue.end();
    this.#continue = undefined;
  }
}
