// Answers as undici hands them over: whole, or piece by piece. Each ends exactly once.
import { createGunzip, gunzip } from "node:zlib";
import type { FlatHeaders, ReplyStream } from "../../src/runtime/exchange.js";
import { headerOf } from "../../src/runtime/forward.js";
import { limits } from "../../src/runtime/limits.js";
import type { Answer } from "../../src/runtime/received-answer.js";
import type { StreamedAnswer } from "../../src/runtime/upstream-answer.js";
import { clientGone, UpstreamError } from "../../src/runtime/upstream-error.js";
import { connectionError, tooLarge } from "../../src/runtime/upstream-fault.js";

/** The connection broke before any part of the answer: the backend may just have closed it. */
function isBrokenConnection(fault: NodeJS.ErrnoException): boolean {
  return ["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"].includes(fault.code ?? "");
}

/** The side of undici's dispatch that is called back; ends exactly once. */
export abstract class Receiver {
  url = "";
  method = "";
  /** Sends the call once more; used once. */
  again: (() => void) | undefined;
  protected status = 0;
  #abort: (() => void) | undefined;
  #failed: UpstreamError | undefined;
  protected readonly finish: () => void;

  constructor(finish: () => void) {
    this.finish = finish;
  }

  onConnect(abort: () => void): void {
    this.#abort = abort;
    if (this.#failed !== undefined) abort();
  }

  /** Ends the call with this failure, whatever still arrives. */
  fail(error: UpstreamError): void {
    if (this.#failed !== undefined) return;
    this.#failed = error;
    this.finish();
    this.onFailure(error);
    this.#abort?.();
  }

  onError(fault: Error): void {
    const { again } = this;
    this.again = undefined;
    if (again !== undefined && this.#failed === undefined && this.status === 0 && isBrokenConnection(fault))
      again();
    else this.fail(connectionError(this.method, this.url, fault));
  }

  /** Gives up what is still to come, without a failure of its own. */
  protected stop(): void {
    this.#failed ??= clientGone();
    this.finish();
    this.#abort?.();
  }

  protected abstract onFailure(error: UpstreamError): void;
  abstract onHeaders(status: number, rawHeaders: Buffer[], resume: () => void): boolean;
  abstract onData(chunk: Buffer): boolean;
  abstract onComplete(): void;
}

function textHeaders(raw: readonly Buffer[]): string[] {
  return raw.map((each) => each.latin1Slice());
}

/** Collects the whole body. */
export class UndiciAnswer extends Receiver {
  readonly #resolve: (result: Answer | UpstreamError) => void;
  #headers: string[] = [];
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(resolve: (result: never) => void, finish: () => void) {
    super(finish);
    // Whoever waits for it waits for a failure too.
    this.#resolve = resolve as (result: Answer | UpstreamError) => void;
  }

  onHeaders(status: number, rawHeaders: Buffer[]): boolean {
    if (status < 200) return true;
    this.status = status;
    this.#headers = textHeaders(rawHeaders);
    return true;
  }

  onData(chunk: Buffer): boolean {
    this.#size += chunk.length;
    if (this.#size > limits.answerBytes) this.fail(tooLarge(this.method, this.url));
    else this.#chunks.push(chunk);
    return true;
  }

  override onError(fault: Error): void {
    // These have no body, whatever length they announce.
    if (this.status === 204 || this.status === 304) this.onComplete();
    else super.onError(fault);
  }

  onComplete(): void {
    const body = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#size);
    if (headerOf(this.#headers, "content-encoding") !== "gzip") {
      this.#settle(body);
      return;
    }
    gunzip(body, { maxOutputLength: limits.answerBytes }, (fault, plain) => {
      if (fault === null) this.#settle(plain);
      else if ((fault as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
        this.fail(tooLarge(this.method, this.url));
      else this.fail(new UpstreamError("decode", "unexpected EOF"));
    });
  }

  #settle(body: Buffer): void {
    this.finish();
    const bytes = Buffer.concat([body, ZERO]);
    const { url, status } = this;
    this.#resolve({ url, status, headers: this.#headers, body: body.latin1Slice(), bytes });
  }

  protected override onFailure(error: UpstreamError): void {
    this.#chunks = [];
    this.#resolve(error);
  }
}

/** Hands on the head, and then the body as it arrives. */
export class UndiciStream extends Receiver implements StreamedAnswer {
  override status = 0;
  headers: FlatHeaders = [];
  readonly #resolve: (result: StreamedAnswer | UpstreamError) => void;
  readonly #inflate: boolean;
  #resume: () => void = () => {};
  #start: ((first: Uint8Array) => ReplyStream) | undefined;
  #reply: ReplyStream | undefined;
  #gunzip: ReturnType<typeof createGunzip> | undefined;
  #discarded = false;
  /** The answer ended before anybody asked for its body. */
  #early: "end" | "abort" | undefined;

  constructor(resolve: (result: never) => void, finish: () => void, inflate: boolean) {
    super(finish);
    this.#resolve = resolve as (result: StreamedAnswer | UpstreamError) => void;
    this.#inflate = inflate;
  }

  get bare(): boolean {
    return this.method === "HEAD" || this.status === 204 || this.status === 304;
  }

  onHeaders(status: number, rawHeaders: Buffer[], resume: () => void): boolean {
    if (status < 200) return true;
    this.status = status;
    this.headers = textHeaders(rawHeaders);
    this.#resume = resume;
    if (this.#inflate && headerOf(this.headers, "content-encoding") === "gzip") this.#unzip();
    this.#resolve(this);
    return false;
  }

  #unzip(): void {
    const hidden = new Set(["content-encoding", "content-length"]);
    this.headers = this.headers.filter(
      (_each, index) => !hidden.has(this.headers[index & ~1]!.toLowerCase()),
    );
    const gunzip = createGunzip();
    this.#gunzip = gunzip;
    gunzip.on("data", (chunk: Buffer) => {
      if (!this.#write(chunk)) gunzip.pause();
    });
    gunzip.on("end", () => this.#end());
    // A broken gzip body ends what was sent so far, and no more of it is wanted [core: an empty body in no-op].
    gunzip.on("error", () => {
      this.#end();
      this.stop();
    });
    gunzip.on("drain", () => this.#resume());
  }

  pipe(start: (first: Uint8Array) => ReplyStream): void {
    this.#start = start;
    if (this.#early === "end") this.#open(NOTHING).end();
    else if (this.#early === "abort") this.#open(NOTHING).abort();
    else this.#resume();
  }

  discard(): void {
    this.#discarded = true;
    this.#resume();
  }

  onData(chunk: Buffer): boolean {
    if (this.#discarded) return true;
    return this.#gunzip === undefined ? this.#write(chunk) : this.#gunzip.write(chunk);
  }

  #write(chunk: Uint8Array): boolean {
    return this.#open(chunk).write(chunk);
  }

  #open(first: Uint8Array): ReplyStream {
    if (this.#reply === undefined) {
      this.#reply = this.#start!(first);
      this.#reply.onDrain(() => (this.#gunzip === undefined ? this.#resume() : this.#gunzip.resume()));
    }
    return this.#reply;
  }

  onComplete(): void {
    if (this.#gunzip === undefined) this.#end();
    else this.#gunzip.end();
  }

  override onError(fault: Error): void {
    if (this.bare && this.status !== 0) this.#end();
    else super.onError(fault);
  }

  #end(): void {
    this.finish();
    if (this.#discarded) return;
    if (this.#start === undefined) this.#early = "end";
    else this.#open(NOTHING).end();
  }

  /**
   * After the head has gone out a failure can only cut the connection, so that the client sees
   * that the answer is not whole.
   */
  protected override onFailure(error: UpstreamError): void {
    this.#gunzip?.destroy();
    if (this.status === 0) this.#resolve(error);
    else if (this.#discarded) return;
    else if (this.#start === undefined) this.#early = "abort";
    else this.#open(NOTHING).abort();
  }
}

const NOTHING = new Uint8Array(0);
const ZERO = new Uint8Array(1);
