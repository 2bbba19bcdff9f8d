// The body of a request that came over HTTP/2.
import type { ServerHttp2Stream } from "node:http2";
import type { BodySink, BodyStream } from "../exchange.js";

export class Http2Body implements BodyStream {
  readonly length: number | undefined;
  readonly #stream: ServerHttp2Stream;
  readonly #onWanted: () => void;
  #sink: BodySink | undefined;
  #begun = false;
  #state: "arriving" | "complete" | "broken" = "arriving";
  #reason: string | undefined;

  constructor(stream: ServerHttp2Stream, length: number | undefined, onWanted: () => void) {
    this.#stream = stream;
    this.length = length;
    this.#onWanted = onWanted;
  }

  get isArriving(): boolean {
    return this.#state === "arriving";
  }

  pump(sink: BodySink): void {
    if (this.#begun) return sink.onBroken("http: invalid Read on closed Body");
    this.#begun = true;
    if (this.#state === "broken") return sink.onBroken(this.#reason);
    this.#sink = sink;
    this.#onWanted();
    this.#stream.on("data", (chunk: Buffer) => this.#sink?.onData(chunk));
    this.#stream.on("end", () => this.#onEnd());
  }

  /** The end of what the stream holds, which is the end of the body unless the stream was reset. */
  #onEnd(): void {
    if (this.#state !== "arriving") return;
    if (this.#stream.aborted || this.#stream.rstCode !== 0) return this.fail(undefined);
    this.#state = "complete";
    this.#sink?.onEnd();
  }

  /** The rest will not come. `reason` undefined: the client has gone. */
  fail(reason: string | undefined): void {
    if (this.#state !== "arriving") return;
    this.#state = "broken";
    this.#reason = reason;
    this.#sink?.onBroken(reason);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    if (this.#begun) this.#stream.resume();
  }

  /** What still comes is read over until the stream is closed with the end of the reply. */
  cancel(): void {
    this.#sink = undefined;
    this.#begun = true;
    if (!this.#stream.destroyed) this.#stream.resume();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    this.#begun = true;
    this.#onWanted();
    return this.#stream.iterator({ destroyOnReturn: false });
  }
}
