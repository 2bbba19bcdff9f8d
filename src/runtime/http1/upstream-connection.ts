// One connection to a backend: requests go out, answers come back in the same order. An answer that
// leaves any doubt about where it ends costs the connection, so that none can be taken for another.
import type { Socket } from "node:net";
import { idleTimes, Timed } from "../deadline.js";
import { limits } from "../limits.js";
import { logFault } from "../log.js";
import type { Transaction } from "../transaction.js";
import type { FailureKind } from "../upstream-error.js";
import { BrokenAnswer } from "../upstream-fault.js";
import { ChunkedDecoder, type ChunkReceiver } from "./chunked.js";
import type { Dialer } from "./dial.js";
import { HeldBytes } from "./held-bytes.js";
import type { Origin } from "./origin.js";
import { REFUSED } from "./request-head.js";
import { RequestWriter } from "./request-writer.js";
import { ResponseHead } from "./response-head.js";
import { isBare } from "./status.js";

/** Interim answers before the real one [Go net/http transport.go]. */
const MOST_INTERIM = 5;

type Phase = "head" | "sized" | "chunked" | "until close";

/** Waits itself for the end of its idle time. */
export class UpstreamConnection extends Timed implements ChunkReceiver {
  /** Undefined while it is being opened. */
  socket: Socket | undefined;
  readonly origin: Origin;
  /** Sent and not answered yet, in order. */
  readonly queue: Transaction[] = [];
  /** Answers that came over it. */
  served = 0;
  /** Its place among the idle ones of its origin; -1 while it is not idle. */
  idleAt = -1;
  /** Look-ups in a row that did not give its address. */
  absences = 0;
  /** It ends with what it is doing. */
  #retired = false;
  /** All whom it owed an answer have left, which is not the backend's fault. */
  #isAbandoned = false;
  readonly #head = new ResponseHead();
  readonly #held = new HeldBytes();
  #writer: RequestWriter | undefined;
  readonly #giveUp: () => void;
  #phase: Phase = "head";
  #left = 0;
  #decoder: ChunkedDecoder | undefined;
  #interim = 0;
  #fault: Error | undefined;
  #closed = false;
  /** Requests for the next write. */
  #outgoing: Transaction[] = [];

  /** `dial` may open it at once, and gives what takes it back. */
  constructor(origin: Origin, dial: (dialer: Dialer) => () => void) {
    super();
    this.origin = origin;
    this.#giveUp = dial({
      take: (bytes, end) => this.#take(bytes, end),
      opened: (socket) => this.#onOpened(socket),
      failed: (fault) => this.#guard(() => this.#break(fault)),
    });
  }

  #onOpened(socket: Socket): void {
    this.socket = socket;
    const writer = new RequestWriter(socket, this.origin.transport);
    this.#writer = writer;
    socket.on("error", (fault) => {
      this.#fault ??= fault;
    });
    socket.on("end", () => this.#guard(() => this.#onEnd()));
    socket.on("close", () => this.#guard(() => this.#onClose()));
    // Requests that came before it was open.
    for (const transaction of [...this.queue]) writer.write(transaction);
  }

  get isUsable(): boolean {
    const { socket } = this;
    return !this.#closed && socket !== undefined && !socket.destroyed && socket.writable;
  }

  /** Others may be sent behind what is under way: it answers one after the other, and none must come alone. */
  get isShared(): boolean {
    if (this.served === 0 || this.#retired || !this.isUsable) return false;
    return this.queue[0]?.mayShare !== false;
  }

  // ---- requests ----

  /** Requests that are under way. */
  get load(): number {
    return this.queue.length + this.#outgoing.length;
  }

  send(transaction: Transaction): void {
    this.queue.push(transaction);
    transaction.connection = this;
    this.#writer?.write(transaction);
  }

  /** Several requests in one write: they go out at the end of this turn of the event loop. */
  sendSoon(transaction: Transaction): void {
    if (this.#outgoing.length === 0) setImmediate(() => this.#flush());
    this.#outgoing.push(transaction);
    transaction.connection = this;
    transaction.servedBefore = this.served;
  }

  /** Until then no answer that arrives can be theirs. */
  #flush(): void {
    const sent = this.#outgoing;
    this.#outgoing = [];
    this.queue.push(...sent);
    this.#writer?.writeAll(sent);
  }

  /**
   * A transaction has ended before its answer. Where others wait for theirs, and answers come, its own is
   * read over when its turn comes; else nobody can tell any more what is whose.
   */
  drop(transaction: Transaction, why: FailureKind): void {
    const unsent = this.#outgoing.indexOf(transaction);
    if (unsent >= 0) {
      this.#outgoing.splice(unsent, 1);
      if (this.load === 0 && this.isUsable) this.origin.release(this);
    } else if (this.queue.includes(transaction)) {
      const isMoving = why === "canceled" || (why === "timeout" && this.served > transaction.servedBefore);
      if (isMoving && this.queue.some((other) => !other.ended)) return;
      this.#isAbandoned = why === "canceled";
      this.#break(new BrokenAnswer("the connection was given up"), true);
    }
  }

  // ---- answers ----

  /** A fault of the gateway costs this connection, not the others. */
  #guard(step: () => void): void {
    try {
      step();
    } catch (fault) {
      this.#fail(fault);
    }
  }

  #fail(fault: unknown): void {
    logFault(fault);
    this.destroy();
  }

  #take(bytes: Buffer, end: number): void {
    try {
      this.#receive(bytes, end);
    } catch (fault) {
      this.#fail(fault);
    }
  }

  #receive(bytes: Buffer, end: number): void {
    if (this.#closed) return;
    if (this.#held.length === 0) this.#process(bytes, 0, end);
    else {
      this.#held.append(bytes, end);
      if (this.#isSameLine(bytes, end)) return;
      this.#process(this.#held.bytes, this.#held.start, this.#held.end);
    }
  }

  /** No line of a head has ended: there is nothing new to read. */
  #isSameLine(bytes: Buffer, end: number): boolean {
    const lineEnd = bytes.indexOf(0x0a);
    return (lineEnd < 0 || lineEnd >= end) && this.#held.length <= limits.answerHeadBytes;
  }

  #process(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end && !this.#closed) {
      const transaction = this.queue[0];
      if (transaction === undefined) return this.#close();
      transaction.received = true;
      if (this.#phase === "head") {
        const next = this.#head.parse(bytes, at, end);
        const size = (next < 0 ? end : next) - at;
        if (next < 0 || size > limits.answerHeadBytes) {
          this.#onBadHead(next, size);
          break;
        }
        at = this.#onHead(transaction, bytes, next, end);
      } else at = this.#bodyBytes(transaction, bytes, at, end);
    }
    if (this.#closed) this.#held.clear();
    else this.#held.keep(bytes, at, end);
  }

  /** A head that is refused, too large, or not complete: then the rest is waited for. */
  #onBadHead(verdict: number, size: number): void {
    if (verdict === REFUSED) this.#break(new BrokenAnswer(this.#head.fault));
    else if (size > limits.answerHeadBytes) {
      this.#break(
        new BrokenAnswer(
          `net/http: server response headers exceeded ${limits.answerHeadBytes} bytes; aborted`,
        ),
      );
    }
  }

  /** Gives the index up to which the bytes behind the head were used. */
  #onHead(transaction: Transaction, bytes: Buffer, at: number, end: number): number {
    const { status, chunked, contentLength } = this.#head;
    if (status >= 100 && status < 200) {
      this.#onInterim(status);
      return at;
    }
    this.#interim = 0;
    transaction.headWait?.end();
    this.#writer?.endContinue();
    const bare = isBare(status) || transaction.method === "HEAD";
    if (!transaction.ended) {
      transaction.call.watch?.onHead(this);
      transaction.onHead(this.#head);
    }
    if (bare || contentLength === 0) {
      this.#finish(at, end);
      return at;
    }
    if (chunked) {
      this.#phase = "chunked";
      this.#decoder = new ChunkedDecoder(this);
    } else if (contentLength > 0) {
      this.#phase = "sized";
      this.#left = contentLength;
    } else this.#phase = "until close";
    return at === end ? at : this.#bodyBytes(transaction, bytes, at, end);
  }

  #onInterim(status: number): void {
    this.#interim += 1;
    if (status === 100) this.#writer?.onContinue();
    if (status === 101) this.#break(new BrokenAnswer("unsolicited response with 101 status"));
    else if (this.#interim > MOST_INTERIM)
      this.#break(new BrokenAnswer("too many 1xx informational responses"));
    else if (this.#closesBehind) this.#break(new BrokenAnswer("informational response that closes"));
  }

  /** The backend says that nothing follows. */
  get #closesBehind(): boolean {
    const { close, minor, keepAlive } = this.#head;
    return close || (minor === 0 && !keepAlive);
  }

  #bodyBytes(transaction: Transaction, bytes: Buffer, at: number, end: number): number {
    if (this.#phase === "sized") {
      const stop = Math.min(end, at + this.#left);
      this.#left -= stop - at;
      if (!transaction.ended) transaction.onData(bytes, at, stop);
      if (this.#left === 0) this.#finish(stop, end);
      return stop;
    }
    if (this.#phase === "until close") {
      if (!transaction.ended) transaction.onData(bytes, at, end);
      return end;
    }
    const decoder = this.#decoder!;
    const stop = decoder.push(bytes, at, end);
    if (decoder.isDone) this.#finish(stop, end);
    else if (decoder.isBroken) this.#break(new BrokenAnswer(decoder.fault));
    return stop;
  }

  onChunk(bytes: Buffer, start: number, end: number): void {
    const transaction = this.queue[0];
    if (transaction !== undefined && !transaction.ended) transaction.onData(bytes, start, end);
  }

  /** The answer is complete. What stands behind it without having been asked for spoils the connection. */
  #finish(at: number, end: number): void {
    const transaction = this.queue.shift();
    // It was given up while its last bytes were handed on.
    if (transaction === undefined) return;
    const isEnd = this.#phase === "until close";
    this.#phase = "head";
    this.#decoder = undefined;
    this.served += 1;
    // Whoever was slower than the answer does not hold up the next one.
    if (this.socket?.isPaused() === true) this.socket.resume();
    const { status, contentLength, chunked } = this.#head;
    const stays = !isEnd && !this.#closesBehind && this.origin.keepsAlive;
    // Framing where no body may be leaves open whether one comes.
    const isSent = !transaction.uploading && (transaction.call.body === undefined || this.#hasWritten);
    const isClear = isSent && (status !== 204 || (contentLength <= 0 && !chunked));
    if (!stays || !isClear || (at < end && this.queue.length === 0)) this.#close(this.#closesBehind);
    else if (this.load > 0) this.origin.onRoom(this);
    else if (this.#retired) this.#close();
    else this.origin.release(this);
    transaction.finish();
  }

  /** A body that was answered without being read still stands in the way of the next request. */
  get #hasWritten(): boolean {
    return this.socket?.writableLength === 0;
  }

  // ---- the end ----

  #onEnd(): void {
    if (this.#phase === "until close" && this.queue.length > 0) this.#finish(0, 0);
    else if (this.queue[0]?.received === true) this.#fault ??= new BrokenAnswer("unexpected EOF", false);
    this.destroy();
  }

  /** `isAnnounced`: the last answer said that no other would come. */
  #close(isAnnounced = false): void {
    if (this.load > 0) this.#break(new BrokenAnswer("EOF", false), true, isAnnounced);
    else {
      this.#closed = true;
      this.destroy();
    }
  }

  /** The answers that are still owed will not come. `again`: it is not their fault, they are sent anew. */
  #break(fault: Error, again = false, isAnnounced = false): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#writer?.endContinue();
    const owed = [...this.queue.splice(0), ...this.#outgoing.splice(0)];
    if (owed.length > 1 && !this.#isAbandoned) this.origin.onBrokenPipeline(this, isAnnounced);
    this.origin.forget(this);
    this.destroy();
    const first = isAnnounced ? undefined : owed.shift();
    first?.onBroken(fault, again && !first.received);
    for (const other of owed) other.onDisplaced(fault, isAnnounced);
  }

  #onClose(): void {
    idleTimes.clear(this);
    const used = this.served > 0;
    const fault = this.#fault ?? new BrokenAnswer("EOF", false);
    this.#break(fault, used);
    this.origin.forget(this);
  }

  /** Cuts it. */
  destroy(): void {
    if (this.socket !== undefined) this.socket.destroy();
    else {
      this.#giveUp();
      this.#break(new BrokenAnswer("EOF", false));
    }
  }

  /** Nobody has needed it for a while. */
  expire(): void {
    this.#close();
  }

  /** It ends as soon as it owes nobody an answer. */
  retire(): void {
    this.#retired = true;
    if (this.idleAt >= 0) this.#close();
  }
}
