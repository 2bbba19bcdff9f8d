// The body of a request on its way to a backend, at the backend's pace.
import type { Socket } from "node:net";
import type { BodySink, BodyStream } from "../exchange.js";
import type { Transaction } from "../transaction.js";
import { clientGone } from "../upstream-error.js";
import { isChunked } from "./request-text.js";

export class Upload implements BodySink {
  readonly #socket: Socket;
  readonly #transaction: Transaction;
  readonly #body: BodyStream;
  readonly #chunked: boolean;
  readonly #onDrain = (): void => this.#body.resume();

  readonly #sent: (() => void) | undefined;

  /** `sent` is called when all of it has been handed to the socket. */
  constructor(socket: Socket, transaction: Transaction, body: BodyStream, sent?: () => void) {
    this.#socket = socket;
    this.#transaction = transaction;
    this.#body = body;
    this.#chunked = isChunked(transaction.call, body);
    this.#sent = sent;
    transaction.uploading = true;
    socket.on("drain", this.#onDrain);
    body.pump(this);
  }

  onData(chunk: Buffer): void {
    const socket = this.#socket;
    if (this.#transaction.ended || socket.destroyed || chunk.length === 0) return;
    if (this.#chunked) {
      socket.cork();
      socket.write(`${chunk.length.toString(16)}\r\n`, "latin1");
    }
    socket.write(chunk);
    if (this.#chunked) {
      socket.write("\r\n", "latin1");
      socket.uncork();
    }
    if (socket.writableNeedDrain) this.#body.pause();
  }

  onEnd(): void {
    this.#socket.off("drain", this.#onDrain);
    this.#transaction.uploading = false;
    if (this.#chunked && !this.#transaction.ended) this.#socket.write("0\r\n\r\n", "latin1");
    this.#sent?.();
  }

  onBroken(reason: string | undefined): void {
    this.#socket.off("drain", this.#onDrain);
    if (reason === undefined) this.#transaction.fail(clientGone());
    else this.#transaction.failWith(reason);
  }
}
