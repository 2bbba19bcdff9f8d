// A reply that is written while it is made.
import type { Socket } from "node:net";
import type { ReplyStream } from "../exchange.js";
import type { ExchangeOwner, Http1Exchange } from "./exchange.js";

interface Framing {
  readonly status: number;
  readonly chunked: boolean;
  /** What the head has announced. */
  readonly length: number | undefined;
  /** There is no body to write. */
  readonly bare: boolean;
}

export class Http1ReplyStream implements ReplyStream {
  readonly #owner: ExchangeOwner;
  readonly #x: Http1Exchange;
  readonly #socket: Socket;
  readonly #framing: Framing;
  #bytes = 0;
  #drained: (() => void) | undefined;

  constructor(owner: ExchangeOwner, x: Http1Exchange, framing: Framing) {
    this.#owner = owner;
    this.#x = x;
    this.#socket = owner.socket;
    this.#framing = framing;
  }

  write(chunk: Uint8Array): boolean {
    const socket = this.#socket;
    if (socket.destroyed) return true;
    if (this.#framing.bare || chunk.length === 0) return true;
    this.#bytes += chunk.length;
    if (!this.#framing.chunked) return socket.write(chunk);
    socket.cork();
    socket.write(`${chunk.length.toString(16)}\r\n`, "latin1");
    socket.write(chunk);
    const goOn = socket.write("\r\n", "latin1");
    socket.uncork();
    return goOn;
  }

  onDrain(listener: () => void): void {
    this.#drained = listener;
    this.#socket.on("drain", listener);
  }

  end(): void {
    this.#stopListening();
    const { length, bare, status } = this.#framing;
    if (length !== undefined && !bare && length !== this.#bytes) return this.abort();
    if (this.#framing.chunked && !this.#socket.destroyed) this.#socket.write("0\r\n\r\n", "latin1");
    this.#x.finishStream(status, this.#bytes);
  }

  abort(): void {
    this.#stopListening();
    this.#owner.onAborted(this.#x, this.#framing.status, this.#bytes);
  }

  #stopListening(): void {
    if (this.#drained !== undefined) this.#socket.off("drain", this.#drained);
    this.#drained = undefined;
  }
}
