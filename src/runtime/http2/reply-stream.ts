// A reply over HTTP/2 that is written while it is made.
import type { ServerHttp2Stream } from "node:http2";
import type { ReplyStream } from "../exchange.js";
import type { Http2Exchange } from "./exchange.js";

export class Http2ReplyStream implements ReplyStream {
  readonly #x: Http2Exchange;
  readonly #stream: ServerHttp2Stream;
  readonly #status: number;
  readonly #bare: boolean;
  readonly #length: number | undefined;
  #bytes = 0;

  /** `bare`: there is no body to write. `length`: what the head has announced. */
  constructor(
    x: Http2Exchange,
    stream: ServerHttp2Stream,
    status: number,
    bare: boolean,
    length: number | undefined,
  ) {
    this.#x = x;
    this.#stream = stream;
    this.#status = status;
    this.#bare = bare;
    this.#length = length;
  }

  get #isOpen(): boolean {
    return this.#stream.writable && !this.#stream.closed;
  }

  write(chunk: Uint8Array, written?: () => void): boolean {
    if (this.#bare || chunk.length === 0 || !this.#isOpen) {
      written?.();
      return true;
    }
    this.#bytes += chunk.length;
    if (written === undefined) return this.#stream.write(chunk);
    // A copy: node:http2 says that a write has ended when its stream is destroyed, though slices of it still wait on
    // the socket of the session. What is written there by then would reach this client.
    const own = Buffer.from(chunk);
    written();
    return this.#stream.write(own);
  }

  onDrain(listener: () => void): void {
    this.#stream.on("drain", listener);
  }

  end(): void {
    if (this.#length !== undefined && !this.#bare && this.#length !== this.#bytes) return this.abort();
    if (!this.#bare && this.#isOpen) this.#stream.end();
    this.#x.finish(this.#status, this.#bytes);
  }

  abort(): void {
    this.#x.abort(this.#status, this.#bytes);
  }
}
