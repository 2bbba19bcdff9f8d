// One connection of a client: its requests, one after the other, each with its answer before the next
// is looked at [RFC 9112 9.3.2].
import type { Socket } from "node:net";
import { plainAddress } from "../client-ip.js";
import { idleTimes, Timed } from "../deadline.js";
import type { Exchange } from "../exchange.js";
import { logFault } from "../log.js";
import type { ServedConnection, ServerState } from "../server-state.js";
import { readLent } from "./byte-source.js";
import { type ExchangeOwner, Http1Exchange, splitTarget } from "./exchange.js";
import { HeldBytes } from "./held-bytes.js";
import { type BodyOwner, IncomingBody, MOST_SWALLOWED } from "./incoming-body.js";
import { LF } from "./octets.js";
import { BAD_REQUEST, type Refusal, refusalText, TOO_LARGE } from "./refusal.js";
import { INCOMPLETE, REFUSED, RequestHead } from "./request-head.js";

/** How long a client may take to read why it was refused. */
const LINGER_MS = 500;
/** A head that takes longer is given up even where no limit is configured. */
const LONGEST_HEAD_MS = 60_000;
/** What a client may send ahead before reading from it stops. */
const MOST_AHEAD = 64 * 1024;

type Phase = "idle" | "head" | "busy" | "closing";

class WriteLimit extends Timed {
  readonly #connection: Http1Connection;

  constructor(connection: Http1Connection) {
    super();
    this.#connection = connection;
  }

  expire(): void {
    this.#connection.socket.destroy();
  }
}

export function openHttp1(accepted: Socket, server: ServerState): void {
  new Http1Connection(accepted, server);
}

/** Waits itself for what the client must do in time: begin, end its head, end its body, go. */
export class Http1Connection extends Timed implements ExchangeOwner, BodyOwner, ServedConnection {
  readonly socket: Socket;
  readonly #server: ServerState;
  readonly #head = new RequestHead();
  readonly #held = new HeldBytes();
  #phase: Phase = "idle";
  #exchange: Http1Exchange | undefined;
  #peer: string | undefined;
  /** Bytes are being looked at further up the stack: it goes on by itself. */
  #processing = false;
  #closes = false;
  /** The client will send no more. */
  #ended = false;
  /** Nothing was ever received. */
  #silent = true;
  #headStartedAt = 0;
  #writeLimit: WriteLimit | undefined;

  /** `begun`: what was read of it already. */
  constructor(accepted: Socket, server: ServerState, begun?: Buffer) {
    super();
    this.#server = server;
    this.socket = readLent(accepted, (bytes, end) => this.#take(bytes, end));
    this.socket.on("error", () => {});
    this.socket.on("end", () => this.#guard(() => this.#onEnd()));
    this.socket.on("close", () => this.#guard(() => this.#onClose()));
    this.socket.on("drain", () => this.#guard(() => this.#onDrain()));
    server.connections.add(this);
    this.#waitForHead(server.options.readHeaderTimeoutMs || server.options.readTimeoutMs);
    if (begun !== undefined) this.#guard(() => this.#receive(begun, begun.length));
    this.socket.resume();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Ends it where nothing is going on. `evenBegun`: also where a first request has not come whole. */
  closeIdle(evenBegun: boolean): void {
    if (this.#exchange !== undefined) this.#closes = true;
    else if (this.socket.writableLength > 0) this.socket.destroySoon();
    else if (evenBegun || (this.#phase === "idle" && !this.#silent)) this.socket.destroy();
  }

  // ---- what arrives ----

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
    this.socket.destroy();
  }

  #take(bytes: Buffer, end: number): void {
    try {
      this.#receive(bytes, end);
    } catch (fault) {
      this.#fail(fault);
    }
  }

  #receive(bytes: Buffer, end: number): void {
    if (this.#phase === "closing") return;
    this.#silent = false;
    if (this.#held.length === 0) this.#process(bytes, 0, end);
    else {
      this.#held.append(bytes, end);
      if (this.#phase === "head" && this.#isSameLine(bytes, end)) return;
      // While a request is served nothing is read of what comes behind it.
      if (this.#isBusy && !this.#isBodyArriving) this.#limitAhead();
      else this.#processHeld();
    }
  }

  /** A head goes on, but no line of it has ended: there is nothing new to read. */
  #isSameLine(bytes: Buffer, end: number): boolean {
    const lineEnd = bytes.indexOf(LF);
    return (lineEnd < 0 || lineEnd >= end) && this.#held.length <= this.#server.options.maxHeaderBytes;
  }

  #processHeld(): void {
    const { bytes, start, end } = this.#held;
    this.#process(bytes, start, end);
  }

  get #isBodyArriving(): boolean {
    return this.#exchange?.body?.isArriving === true;
  }

  /** A request is served, or its answer has not gone out. */
  get #isBusy(): boolean {
    return this.#phase === "busy";
  }

  /** A part of a head is there. */
  get #isHeadBegun(): boolean {
    return this.#phase === "head";
  }

  #process(bytes: Buffer, start: number, end: number): void {
    this.#processing = true;
    let at = start;
    while (at < end && this.#phase !== "closing") {
      if (this.#isBodyArriving) at = this.#bodyBytes(bytes, at, end);
      else if (!this.#isBusy) {
        const next = this.#headBytes(bytes, at, end);
        if (next < 0) break;
        at = next;
      } else break;
    }
    this.#processing = false;
    this.#held.keep(bytes, at, end);
    if (this.#isBusy) this.#limitAhead();
  }

  #headBytes(bytes: Buffer, at: number, end: number): number {
    const { options } = this.#server;
    const next = this.#head.parse(bytes, at, end);
    const size = (next < 0 ? end : next) - at;
    if (next !== REFUSED && size > options.maxHeaderBytes) {
      this.#refuse(TOO_LARGE);
      return REFUSED;
    }
    if (next === REFUSED) this.#refuse(this.#head.refusal);
    else if (next === INCOMPLETE) this.#waitForRestOfHead();
    else return this.#serve(bytes, next, end);
    return next;
  }

  #bodyBytes(bytes: Buffer, at: number, end: number): number {
    const x = this.#exchange!;
    const next = x.body!.push(bytes, at, end);
    if (!x.body!.isArriving) this.#onBodyEnd(x);
    else if (x.replied && x.body!.isTooMuch) this.#close();
    return next;
  }

  #onBodyEnd(x: Http1Exchange): void {
    idleTimes.clear(this);
    if (x.body!.isBroken) this.#closes = true;
    if (x.replied) this.#next();
  }

  /** What comes behind a request that is still served waits; too much of it is not even read. */
  #limitAhead(): void {
    if (this.#held.length > MOST_AHEAD) this.socket.pause();
  }

  // ---- requests ----

  /** Begins with the part of the body that is there: most bodies come whole, beside their head. */
  #serve(bytes: Buffer, at: number, end: number): number {
    const head = this.#head;
    const target = splitTarget(head.target, head.queryAt);
    const isForServer = head.target === "*";
    if (target === undefined || (isForServer && head.method !== "OPTIONS")) {
      this.#refuse(BAD_REQUEST);
      return REFUSED;
    }
    idleTimes.clear(this);
    const hasBody = head.chunked || head.contentLength > 0;
    const body = hasBody ? new IncomingBody(head.chunked ? -1 : head.contentLength, this) : undefined;
    const x = new Http1Exchange(this, head, target, body);
    this.#exchange = x;
    this.#phase = "busy";
    this.#closes = head.close || (head.minor === 0 && !head.keepAlive);
    const next = body === undefined || at === end ? at : this.#bodyBytes(bytes, at, end);
    this.#limitTimes(x);
    if (head.expectsMore) this.#replyBare(x, 417);
    else if (isForServer) this.#replyBare(x, 200);
    else this.#handle(x);
    // Whoever has closed its side is not waiting for an answer [Go net/http server.go backgroundRead].
    if (this.#ended && next === end && this.#exchange === x) x.leave();
    return next;
  }

  #handle(x: Http1Exchange): void {
    try {
      this.#server.options.handler(x)?.catch((fault: unknown) => this.#crash(x, fault));
    } catch (fault) {
      this.#crash(x, fault);
    }
  }

  /** A fault of the gateway: the client gets a bare 500, the operator the reason. */
  #crash(x: Http1Exchange, fault: unknown): void {
    logFault(fault);
    if (x.headSent && !x.replied) this.onAborted(x, 500, 0);
    else x.send(500, [], "");
  }

  #replyBare(x: Http1Exchange, status: number): void {
    if (status !== 200) this.#closes = true;
    x.send(status, [], "");
  }

  #limitTimes(x: Http1Exchange): void {
    const { readTimeoutMs, writeTimeoutMs } = this.#server.options;
    if (readTimeoutMs > 0 && x.body?.isArriving === true) {
      idleTimes.set(this, (this.#headStartedAt || x.startedAt) + readTimeoutMs);
    }
    this.#headStartedAt = 0;
    if (writeTimeoutMs === undefined) return;
    this.#writeLimit ??= new WriteLimit(this);
    idleTimes.set(this.#writeLimit, x.startedAt + writeTimeoutMs);
  }

  #refuse(refusal: Refusal): void {
    this.#phase = "closing";
    this.#held.clear();
    if (!this.socket.destroyed) this.socket.write(refusalText(refusal), "latin1");
    this.#linger();
  }

  // ---- for the exchange ----

  addressOf(x: Exchange): string {
    this.#peer ??= plainAddress(this.socket.remoteAddress);
    return this.#server.options.clientIp.of(this.#peer, x);
  }

  connectionLine(x: Http1Exchange): string {
    const { body } = x;
    if (body?.isArriving === true && (body.missing > MOST_SWALLOWED || this.#head.expectsContinue)) {
      this.#closes = true;
    }
    if (this.#closes || (this.#ended && this.#held.length === 0) || this.#server.draining) {
      this.#closes = true;
      return x.minor === 0 ? "" : "Connection: close\r\n";
    }
    return x.minor === 0 ? "Connection: keep-alive\r\n" : "";
  }

  closeBehind(): void {
    this.#closes = true;
  }

  onReplied(x: Http1Exchange, status: number, bytes: number): void {
    this.#observe(x, status, bytes);
    x.body?.cancel();
    if (!this.#isBodyArriving) this.#next();
    else if (this.#closes) this.#close();
  }

  onAborted(x: Http1Exchange, status: number, bytes: number): void {
    x.replied = true;
    this.#observe(x, status, bytes);
    // What was written so far may arrive: then the client sees that more was to come.
    this.socket.destroySoon();
  }

  #observe(x: Http1Exchange, status: number, bytes: number): void {
    this.#server.options.observe?.(x, status, bytes, performance.now() - x.startedAt);
  }

  onWanted(): void {
    if (!this.#head.expectsContinue || this.#exchange?.headSent !== false) return;
    this.#head.expectsContinue = false;
    if (this.#exchange.minor > 0) this.socket.write("HTTP/1.1 100 Continue\r\n\r\n", "latin1");
  }

  pauseReading(): void {
    this.socket.pause();
  }

  resumeReading(): void {
    this.socket.resume();
  }

  // ---- from one request to the next ----

  #next(): void {
    this.#exchange = undefined;
    if (this.#writeLimit !== undefined) idleTimes.clear(this.#writeLimit);
    if (this.#closes) return this.#close();
    // Whoever does not take its answers gets no more of them made: it goes on with "drain".
    if (!this.socket.writableNeedDrain) this.#goOn();
  }

  #onDrain(): void {
    if (this.#isBusy && this.#exchange === undefined) this.#goOn();
  }

  #goOn(): void {
    this.#phase = "idle";
    this.#waitForHead(this.#server.options.idleTimeoutMs || this.#server.options.readTimeoutMs);
    if (this.#processing) return;
    if (this.#held.length > 0) {
      this.#processHeld();
      if (!this.#isBusy || this.#held.length <= MOST_AHEAD) this.socket.resume();
      if (this.#ended && this.#isHeadBegun) this.#refuse(BAD_REQUEST);
    } else if (this.#ended) this.#close();
  }

  #waitForHead(ms: number): void {
    if (ms > 0) idleTimes.set(this, performance.now() + ms);
  }

  #waitForRestOfHead(): void {
    if (this.#phase === "head") return;
    this.#phase = "head";
    this.#headStartedAt = performance.now();
    const { readHeaderTimeoutMs, readTimeoutMs } = this.#server.options;
    idleTimes.set(this, this.#headStartedAt + (readHeaderTimeoutMs || readTimeoutMs || LONGEST_HEAD_MS));
  }

  /** The time for what the client should have done is over. */
  expire(): void {
    if (this.#exchange !== undefined) this.#exchange.body?.fail("i/o timeout");
    else this.socket.destroy();
    if (this.#exchange !== undefined) this.#closes = true;
  }

  #close(): void {
    if (this.#phase === "closing") return;
    this.#phase = "closing";
    this.#held.clear();
    this.#linger();
  }

  /**
   * The end goes out behind all answers, however long the client takes to read them. Then what still
   * arrives is read over for a while: to close on it would take the answer back.
   */
  #linger(): void {
    this.socket.resume();
    this.socket.end(() => setTimeout(() => this.socket.destroy(), LINGER_MS).unref());
  }

  #onEnd(): void {
    this.#ended = true;
    if (this.#exchange !== undefined) {
      if (this.#held.length === 0) this.#exchange.leave();
    } else if (this.#phase === "closing") this.socket.destroy();
    else if (this.#isHeadBegun) this.#refuse(BAD_REQUEST);
    else this.#close();
  }

  #onClose(): void {
    this.#phase = "closing";
    idleTimes.clear(this);
    if (this.#writeLimit !== undefined) idleTimes.clear(this.#writeLimit);
    this.#server.connections.delete(this);
    const x = this.#exchange;
    this.#exchange = undefined;
    if (x !== undefined && !x.replied) x.leave();
    this.#server.onConnectionClosed();
  }
}
