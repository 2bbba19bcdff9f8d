// The answer of a backend as it arrives: whole, or handed on piece by piece.
import type { Gunzip } from "node:zlib";
import type { ByteString } from "./bytes.js";
import { Collected } from "./collected.js";
import type { Exchange, FlatHeaders, ReplyStream } from "./exchange.js";
import { FollowedAnswer } from "./followed-answer.js";
import { headerOf } from "./forward.js";
import { type FieldPlaces, fieldIn, flatFields } from "./http1/fields.js";
import type { Origin } from "./http1/origin.js";
import type { ResponseHead } from "./http1/response-head.js";
import { isBare } from "./http1/status.js";
import { closedReading, giveBackArea, LEAST_IN_AREA, takeArea } from "./lent-memory.js";
import { limits } from "./limits.js";
import { zlib } from "./node-parts.js";
import { type Answer, ReceivedAnswer } from "./received-answer.js";
import type { Hop, Trail } from "./redirects.js";
import type { Call } from "./transaction.js";
import { UpstreamError } from "./upstream-error.js";
import { tooLarge } from "./upstream-fault.js";

/** A body that came in one piece becomes a text at once up to this, in bytes: most do, and few are longer. */
const MOST_IN_ONE_PIECE = 16 * 1024;

/** An answer whose body is still arriving. */
export interface StreamedAnswer {
  /** It has no body, whatever its header says: an answer to HEAD, 204 or 304. */
  readonly bare: boolean;
  readonly status: number;
  readonly headers: FlatHeaders;
  /** Copies the body to the reply that `start` opens when the first bytes, or the end, are there. */
  pipe(start: (first: Uint8Array) => ReplyStream): void;
  /** Gives the body up. */
  discard(): void;
}

/** Collects the whole body. */
export class WholeAnswer extends FollowedAnswer {
  readonly #resolve: (result: Answer | UpstreamError) => void;
  #status = 0;
  #head = "";
  #fields: FieldPlaces = [];
  #body: Collected | undefined;
  /** Nobody is to follow the answer elsewhere, and its body is wanted. */
  #isKept = false;
  /** The length that the head says; negative if it says none. */
  #expected = -1;
  /** The body where it was not collected, as it came in one piece. */
  #text: ByteString | undefined;
  /** The same of a long one: bytes of the reading that is being handed on, and a zero. */
  #lent: Buffer | undefined;
  readonly #lends: boolean;

  constructor(
    call: Call,
    origin: Origin,
    x: Exchange,
    resolve: (result: Answer | UpstreamError) => void,
    lends: boolean,
    trail?: Trail,
  ) {
    super(call, origin, x, trail);
    this.#resolve = resolve;
    this.#lends = lends;
  }

  protected override get isHeldWhole(): boolean {
    return true;
  }

  onHead(head: ResponseHead): void {
    if (head.status >= 300 && head.status < 400 && this.leaves(head)) return;
    this.#status = head.status;
    this.#head = head.text;
    this.#fields = head.fields;
    if (head.contentLength > limits.answerBytes) this.fail(tooLarge(this.verb, this.url));
    else {
      this.#expected = head.contentLength;
      this.#isKept = true;
    }
  }

  onData(bytes: Buffer, start: number, end: number): void {
    if (!this.#isKept) return this.skip(end - start);
    if (this.#body === undefined) {
      if (end - start === this.#expected && this.#isTaken(bytes, start, end)) return;
      this.#body = new Collected(this.#expected < 0 ? 4096 : this.#expected, this.#lends);
    }
    this.#body.add(bytes, start, end);
    if (this.#body.size > limits.answerBytes) this.fail(tooLarge(this.verb, this.url));
  }

  /** The whole body in one piece: whether there is a way to take it as that. */
  #isTaken(bytes: Buffer, start: number, end: number): boolean {
    if (end - start <= MOST_IN_ONE_PIECE) this.#text = bytes.latin1Slice(start, end);
    else if (this.#lends) this.#lent = closedReading(bytes, start, end);
    return this.#text !== undefined || this.#lent !== undefined;
  }

  protected override onEnd(): void {
    if (!this.#isKept) return this.go();
    const isZipped = fieldIn(this.#head, this.#fields, "content-encoding") === "gzip";
    if (isZipped) this.#unzip();
    else if (this.#lent !== undefined || this.#body?.isLent === true) this.#settleLent();
    else this.#settle(this.#body?.finish() ?? this.#text ?? "");
  }

  /** Whoever waits for it decodes it before anything else arrives, or has a copy. */
  #settleLent(): void {
    const bytes = this.#lent ?? this.#body!.finish();
    const answer = new ReceivedAnswer(this, this.#status, this.#head, this.#fields, bytes);
    answer.beginLoan();
    this.#resolve(answer);
    queueMicrotask(() => {
      answer.endLoan();
      this.#body?.giveBack();
    });
  }

  #unzip(): void {
    const bytes = this.#ownBytes();
    const limit = { maxOutputLength: limits.answerBytes };
    zlib().gunzip(bytes.subarray(0, -1), limit, (fault, plain) => {
      if (fault === null) this.#settle(Buffer.concat([plain, ZERO]));
      else if ((fault as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
        this.#resolve(tooLarge(this.verb, this.url));
      } else this.#resolve(new UpstreamError("decode", "unexpected EOF"));
    });
  }

  /** The body with a zero behind it, to be kept. */
  #ownBytes(): Buffer {
    if (this.#text !== undefined) return Buffer.from(`${this.#text}\0`, "latin1");
    const bytes = this.#lent ?? this.#body?.finish();
    if (bytes === undefined) return Buffer.from(ZERO);
    if (this.#lent === undefined && this.#body?.isLent === false) return bytes;
    const own = Buffer.from(bytes);
    this.#body?.giveBack();
    return own;
  }

  #settle(body: ByteString | Buffer): void {
    this.#resolve(new ReceivedAnswer(this, this.#status, this.#head, this.#fields, body));
  }

  protected override follow({ call, origin, trail }: Hop): void {
    new WholeAnswer(call, origin, this.x, this.#resolve, this.#lends, trail).begin();
  }

  protected override lose(error: UpstreamError): void {
    this.#isKept = false;
    this.#body?.giveBack();
    this.#body = undefined;
    this.#resolve(error);
  }
}

/** Hands on the head, and then the body as it arrives. */
export class ArrivingAnswer extends FollowedAnswer implements StreamedAnswer {
  status = 0;
  headers: FlatHeaders = [];
  readonly #resolve: (result: StreamedAnswer | UpstreamError) => void;
  #start: ((first: Uint8Array) => ReplyStream) | undefined;
  #reply: ReplyStream | undefined;
  #gunzip: Gunzip | undefined;
  /** Whoever waits for it has it. A status of 000 is one. */
  #isHeaded = false;
  #discarded = false;
  /** What arrived before anybody asked for the body. */
  #early: Buffer[] = [];
  /** How the answer ended before anybody asked for its body. */
  #earlyEnd: "end" | "abort" | undefined;

  constructor(
    call: Call,
    origin: Origin,
    x: Exchange,
    resolve: (result: StreamedAnswer | UpstreamError) => void,
    trail?: Trail,
  ) {
    super(call, origin, x, trail);
    this.#resolve = resolve;
  }

  protected override get isHeldWhole(): boolean {
    return false;
  }

  get bare(): boolean {
    return this.method === "HEAD" || isBare(this.status);
  }

  onHead(head: ResponseHead): void {
    if (head.status >= 300 && head.status < 400 && this.leaves(head)) return;
    this.#isHeaded = true;
    this.status = head.status;
    this.headers = flatFields(head.text, head.fields);
    if (this.inflates && !this.bare && headerOf(this.headers, "content-encoding") === "gzip") this.#unzip();
    // Whoever waits for it takes it up before anything else can arrive.
    this.#resolve(this);
  }

  #unzip(): void {
    const hidden = new Set(["content-encoding", "content-length"]);
    this.headers = this.headers.filter(
      (_each, index) => !hidden.has(this.headers[index & ~1]!.toLowerCase()),
    );
    const unzipped = zlib().createGunzip();
    this.#gunzip = unzipped;
    unzipped.on("data", (chunk: Buffer) => {
      if (!this.#write(chunk)) unzipped.pause();
    });
    unzipped.on("end", () => this.#complete());
    // A broken gzip body ends what was sent so far, and no more of it is wanted [core: an empty body in no-op].
    unzipped.on("error", () => {
      this.#complete();
      this.stop();
    });
    unzipped.on("drain", () => this.#resume());
  }

  pipe(start: (first: Uint8Array) => ReplyStream): void {
    this.#start = start;
    for (const chunk of this.#early.splice(0)) this.#take(chunk);
    if (this.#earlyEnd === "abort") this.#open(NOTHING).abort();
    else if (this.#earlyEnd === "end") this.#over();
    else this.#resume();
  }

  discard(): void {
    this.#discarded = true;
    this.#early = [];
    this.#resume();
  }

  onData(bytes: Buffer, start: number, end: number): void {
    if (this.#discarded) return;
    if (this.isLeaving) return this.skip(end - start);
    const isPassed = this.#start !== undefined && this.#gunzip === undefined;
    const area = isPassed && end - start >= LEAST_IN_AREA ? takeArea(end - start) : undefined;
    if (area !== undefined) return this.#pass(area, bytes.copy(area, 0, start, end));
    const chunk = Buffer.from(bytes.subarray(start, end));
    if (this.#start !== undefined) return this.#take(chunk);
    this.#early.push(chunk);
    // Whoever takes the answer up does so before a second piece can come, unless it waits for something else.
    if (this.#early.length > 1) this.#pause();
  }

  /** Hands on what lies in an area, which is used again when all of it has gone out. */
  #pass(area: Buffer, length: number): void {
    const chunk = area.subarray(0, length);
    if (!this.#open(chunk).write(chunk, () => giveBackArea(area))) this.#pause();
  }

  #take(chunk: Buffer): void {
    const goOn = this.#gunzip === undefined ? this.#write(chunk) : this.#gunzip.write(chunk);
    if (!goOn) this.#pause();
  }

  #pause(): void {
    this.connection?.socket?.pause();
  }

  #resume(): void {
    this.connection?.socket?.resume();
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

  protected override follow({ call, origin, trail }: Hop): void {
    new ArrivingAnswer(call, origin, this.x, this.#resolve, trail).begin();
  }

  protected override onEnd(): void {
    if (this.isLeaving) this.go();
    else if (this.#start === undefined) this.#earlyEnd = "end";
    else this.#over();
  }

  /** All of it has arrived. */
  #over(): void {
    if (this.#gunzip === undefined) this.#complete();
    else this.#gunzip.end();
  }

  #complete(): void {
    if (!this.#discarded && this.#start !== undefined) this.#open(NOTHING).end();
  }

  /**
   * After the head has gone out a failure can only cut the connection, so that the client sees
   * that the answer is not whole.
   */
  protected override lose(error: UpstreamError): void {
    this.#gunzip?.destroy();
    if (!this.#isHeaded) this.#resolve(error);
    else if (this.#discarded) return;
    else if (this.#start === undefined) this.#earlyEnd = "abort";
    else this.#open(NOTHING).abort();
  }
}

const NOTHING = new Uint8Array(0);
const ZERO = new Uint8Array(1);
