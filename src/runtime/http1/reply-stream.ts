// A reply that is written while it is made.
import type { Socket } from "node:net";
import type { ByteString } from "../bytes.js";
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

/** A first piece up to this, in bytes, goes out in one write with the head: most bodies are no longer. */
const MOST_WITH_HEAD = 16 * 1024;

export class Http1ReplyStream implements ReplyStream {
  readonly #owner: ExchangeOwner;
  readonly #x: Http1Exchange;
  readonly #socket: Socket;
  readonly #framing: Framing;
  /** Goes out with the first piece of the body; empty: it has. */
  #head: ByteString;
  #bytes = 0;
  #drained: (() => void) | undefined;

  constructor(owner: ExchangeOwner, x: Http1Exchange, framing: Framing, head: ByteString) {
    this.#owner = owner;
    this.#x = x;
    this.#socket = owner.socket;
    this.#framing = framing;
    this.#head = head;
  }

  write(chunk: Uint8Array, written?: () => void): boolean {
    const socket = this.#socket;
    if (socket.destroyed || this.#framing.bare || chunk.length === 0) {
      written?.();
      return true;
    }
    this.#bytes += chunk.length;
    const before = this.#takeHead() + (this.#framing.chunked ? `${chunk.length.toString(16)}\r\n` : "");
    if (before === "") return socket.write(chunk, written);
    const behind = this.#framing.chunked ? "\r\n" : "";
    if (chunk.length <= MOST_WITH_HEAD) {
      const text = before + textOf(chunk) + behind;
      written?.();
      return socket.write(text, "latin1");
    }
    socket.cork();
    socket.write(before, "latin1");
    let goOn = socket.write(chunk, written);
    if (behind !== "") goOn = socket.write(behind, "latin1");
    socket.uncork();
    return goOn;
  }

  #takeHead(): ByteString {
    const head = this.#head;
    this.#head = "";
    return head;
  }

  /** What is to go out, if anything, though no piece of the body goes with it. */
  #writeLast(last: ByteString): void {
    const text = this.#takeHead() + last;
    if (text !== "" && !this.#socket.destroyed) this.#socket.write(text, "latin1");
  }

  onDrain(listener: () => void): void {
    this.#drained = listener;
    this.#socket.on("drain", listener);
  }

  end(): void {
    this.#stopListening();
    const { length, bare, status } = this.#framing;
    if (length !== undefined && !bare && length !== this.#bytes) return this.abort();
    this.#writeLast(this.#framing.chunked ? "0\r\n\r\n" : "");
    this.#x.finishStream(status, this.#bytes);
  }

  abort(): void {
    this.#stopListening();
    this.#writeLast("");
    this.#owner.onAborted(this.#x, this.#framing.status, this.#bytes);
  }

  #stopListening(): void {
    if (this.#drained !== undefined) this.#socket.off("drain", this.#drained);
    this.#drained = undefined;
  }
}

function textOf({ buffer, byteOffset, length }: Uint8Array): ByteString {
  return Buffer.from(buffer, byteOffset, length).latin1Slice();
}
