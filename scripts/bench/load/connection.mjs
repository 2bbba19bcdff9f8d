// A keep-alive connection of a load generator: one request at a time, answers counted but not kept.
import net from "node:net";

/**
 * `path` is asked for with `ask`; `answered(isExpected)` is called at the end of each answer, `lost` when the
 * connection ends. Answers have a Content-Length, are chunked, or are empty.
 */
export class Connection {
  #request;
  #status;
  #head = "";
  /** Bytes of the body still to come; -1 while in the head, -2 in a chunked body. */
  #left = -1;
  #tail = "";
  #isExpected = true;

  constructor({ port, path, status }, { ready, answered, lost }) {
    this.#request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    this.#status = `HTTP/1.1 ${status}`;
    this.answered = answered;
    this.socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
    this.socket.on("connect", () => ready(this));
    this.socket.on("data", (chunk) => this.#take(chunk));
    this.socket.on("error", () => {});
    this.socket.on("close", () => lost(this));
  }

  ask() {
    this.socket.write(this.#request);
  }

  #take(chunk) {
    if (this.#left === -2) return this.#takeChunked(chunk.latin1Slice());
    if (this.#left >= 0) return this.#takeBody(chunk.length);
    this.#head += chunk.latin1Slice();
    const end = this.#head.indexOf("\r\n\r\n");
    if (end < 0) return;
    const rest = this.#head.length - end - 4;
    const head = this.#head.slice(0, end);
    const body = this.#head.slice(end + 4);
    this.#head = "";
    this.#isExpected = head.startsWith(this.#status);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head);
    if (length === null && /\r\ntransfer-encoding: *chunked/i.test(head)) {
      this.#left = -2;
      return this.#takeChunked(body);
    }
    this.#left = Number(length?.[1] ?? 0);
    this.#takeBody(rest);
  }

  #takeBody(bytes) {
    this.#left -= bytes;
    if (this.#left <= 0) this.#end();
  }

  /** The last chunk is looked for as text; no document of the bench contains it. */
  #takeChunked(text) {
    this.#tail = (this.#tail + text).slice(-7);
    if (this.#tail !== "\r\n0\r\n\r\n" && !this.#tail.endsWith("\n0\r\n\r\n") && this.#tail !== "0\r\n\r\n")
      return;
    this.#end();
  }

  #end() {
    this.#left = -1;
    this.#tail = "";
    this.answered(this, this.#isExpected);
  }
}
