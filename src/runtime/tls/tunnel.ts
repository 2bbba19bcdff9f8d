// A way through a proxy to a host of TLS: after `CONNECT` was answered, bytes go both ways. [Go net/http transport.go]
import { isIP, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { type Address, dialPlain } from "../http1/dial.js";
import { limits } from "../limits.js";
import type { TransportOptions } from "../transport.js";
import { BrokenAnswer } from "../upstream-fault.js";

const HEAD_END = "\r\n\r\n";

/** Emits `open` when the proxy has answered well. */
export class Tunnel extends Duplex {
  readonly #socket: Socket;
  #head: Buffer = Buffer.alloc(0);
  #isOpen = false;
  /** What waits for the way to be open. */
  #waiting: (() => void) | undefined;

  /** To an address that has a proxy before it. */
  constructor(address: Address, transport: TransportOptions) {
    super({ allowHalfOpen: true });
    const { hostname, port, via } = address;
    const authority = `${isIP(hostname) === 6 ? `[${hostname}]` : hostname}:${port}`;
    const head = `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${via?.authorizationLine ?? ""}\r\n`;
    this.#socket = dialPlain(address, transport, (bytes, end) => this.#take(bytes.subarray(0, end)));
    this.#socket.write(head, "latin1");
    this.#socket.on("end", () => this.#onEnd());
    this.#socket.on("error", (fault) => this.destroy(fault));
    this.#socket.on("close", () => this.destroy());
  }

  /** The bytes are lent. */
  #take(lent: Buffer): void {
    if (this.destroyed) return;
    if (this.#isOpen) {
      if (!this.push(Buffer.from(lent))) this.#socket.pause();
      return;
    }
    this.#head = Buffer.concat([this.#head, lent]);
    const end = this.#head.indexOf(HEAD_END);
    if (end >= 0) this.#onHead(this.#head.latin1Slice(0, end), this.#head.subarray(end + HEAD_END.length));
    else if (this.#head.length > limits.answerHeadBytes) this.#refuse("malformed HTTP response");
  }

  #onHead(head: string, rest: Buffer): void {
    const [, status, reason = ""] = /^HTTP\/1\.[01] (\d{3})(?: (.*))?(?:\r\n|$)/.exec(head) ?? [];
    if (status === undefined) return this.#refuse("malformed HTTP response");
    if (status !== "200") return this.#refuse(reason || "unknown status code");
    this.#isOpen = true;
    this.#head = Buffer.alloc(0);
    this.emit("open");
    if (rest.length > 0) this.push(rest);
    this.#waiting?.();
    this.#waiting = undefined;
  }

  #refuse(reason: string): void {
    this.destroy(new BrokenAnswer(reason, false));
  }

  #onEnd(): void {
    if (this.#isOpen) this.push(null);
    else this.#refuse("unexpected EOF");
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (fault?: Error | null) => void): void {
    const write = (): void => void this.#socket.write(chunk, done);
    if (this.#isOpen) write();
    else this.#waiting = write;
  }

  override _final(done: (fault?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(fault: Error | null, done: (fault?: Error | null) => void): void {
    this.#socket.destroy();
    done(fault);
  }
}
