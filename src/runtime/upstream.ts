// Calls to backends over undici. Failures are values; nothing outside this file sees undici.
import { createGunzip, gunzip } from "node:zlib";
import { type Dispatcher, Pool } from "undici";
import { type ByteString, percentDecode } from "./bytes.js";
import { onDeadline } from "./deadline.js";
import type { Exchange, FlatHeaders, ReplyStream, RequestBody } from "./exchange.js";
import { headerOf } from "./forward.js";
import { clientGone, deadlineExceeded, UpstreamError } from "./upstream-error.js";
import { connectionError, requestError, tooLarge } from "./upstream-fault.js";
import { BadTarget } from "./wire-path.js";

/** The largest answer that is held in memory, in bytes, before and after gzip. */
export const MOST_ANSWER_BYTES = 64 * 1024 * 1024;

/** A whole answer; its body with gzip taken off. */
export interface Answer {
  /** What was asked, for error texts. */
  readonly url: ByteString;
  readonly status: number;
  readonly headers: FlatHeaders;
  readonly body: ByteString;
}

/** An answer whose body is still arriving. */
export interface StreamedAnswer {
  readonly status: number;
  readonly headers: FlatHeaders;
  /** Copies the body to the reply that `start` opens when the first bytes, or the end, are there. */
  pipe(start: (first: Uint8Array) => ReplyStream): void;
  /** Gives the body up. */
  discard(): void;
}

/** What a call needs: emitted code fills it in. */
export interface Call {
  readonly method: Dispatcher.HttpMethod;
  readonly target: ByteString | BadTarget;
  readonly headers: string[];
  readonly body: RequestBody | UpstreamError | undefined;
  readonly deadline: number;
}

interface Origin {
  /** As configured, for error texts. */
  readonly host: string;
  /** Path of the host string, before every target. */
  readonly prefix: string;
  readonly authorization: string | undefined;
  readonly pool: Pool | UpstreamError;
}

const pools = new Map<string, Pool>();

/** Closes every connection to every backend. */
export async function closeUpstreams(): Promise<void> {
  await Promise.all([...pools.values()].map((pool) => pool.destroy()));
  pools.clear();
}

/**
 * The hosts of one backend, used in turn from a random start. KrakenD picks one at random for each
 * request [lura sd/loadbalancing.go]; taking turns spreads the same load more evenly.
 */
export class Upstream {
  readonly #origins: readonly Origin[];
  #next: number;

  constructor(hosts: readonly string[]) {
    this.#origins = hosts.map(originOf);
    this.#next = Math.floor(Math.random() * Math.max(1, hosts.length));
  }

  /** Calls and waits for the whole answer. */
  fetch(x: Exchange, call: Call): Promise<Answer | UpstreamError> {
    return this.#dispatch(x, call, (resolve, finish) => new WholeAnswer(resolve, finish));
  }

  /** Calls and waits for the head of the answer. */
  open(x: Exchange, call: Call): Promise<StreamedAnswer | UpstreamError> {
    const inflate = addsGzip(call);
    return this.#dispatch(x, call, (resolve, finish) => new ArrivingAnswer(resolve, finish, inflate));
  }

  #dispatch<Result>(
    x: Exchange,
    call: Call,
    receiver: (resolve: (result: Result | UpstreamError) => void, finish: () => void) => Receiver,
  ): Promise<Result | UpstreamError> {
    const origin = this.#pick();
    if (origin instanceof UpstreamError) return Promise.resolve(origin);
    const refusal = refuse(origin, call);
    if (refusal !== undefined) return Promise.resolve(refusal);
    return new Promise((resolve) => {
      const finish = (): void => {
        stopDeadline();
        stopGone();
      };
      const handler = receiver(resolve, finish);
      handler.url = origin.host + call.target;
      handler.method = call.method;
      const stopDeadline = onDeadline(call.deadline, () => handler.fail(deadlineExceeded()));
      const stopGone = x.onGone(() => handler.fail(clientGone()));
      send(origin, call, handler);
    });
  }

  #pick(): Origin | UpstreamError {
    const count = this.#origins.length;
    if (count === 0) return new UpstreamError("refused", "no hosts available");
    if (count === 1) return this.#origins[0]!;
    this.#next = (this.#next + 1) % count;
    return this.#origins[this.#next]!;
  }
}

function addsGzip(call: Call): boolean {
  return (
    call.method !== "HEAD" &&
    headerOf(call.headers, "accept-encoding") === undefined &&
    headerOf(call.headers, "range") === undefined
  );
}

function send(origin: Origin, call: Call, handler: Receiver): void {
  const headers = call.headers;
  if (addsGzip(call)) headers.push("Accept-Encoding", "gzip");
  if (origin.authorization !== undefined && headerOf(headers, "authorization") === undefined) {
    headers.push("Authorization", origin.authorization);
  }
  try {
    (origin.pool as Pool).dispatch(
      {
        path: origin.prefix + call.target,
        method: call.method,
        headers,
        body: (call.body as Uint8Array | undefined) ?? null,
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      handler as unknown as Dispatcher.DispatchHandler,
    );
  } catch (fault) {
    handler.onError(fault as Error);
  }
}

function refuse(origin: Origin, call: Call): UpstreamError | undefined {
  if (call.target instanceof BadTarget) {
    const url = origin.host + call.target.target;
    return new UpstreamError("target", `parse ${JSON.stringify(url)}: ${call.target.reason}`);
  }
  if (origin.pool instanceof UpstreamError) {
    return requestError(call.method, origin.host + call.target, origin.pool.message);
  }
  if (call.body instanceof UpstreamError) return call.body;
  return call.deadline <= performance.now() ? deadlineExceeded() : undefined;
}

const HOST = /^(https?):\/\/(?:([^/@]*)@)?([^/?#@]+)([^#]*)$/i;

/** Host strings are `http://name:port`; unsanitised ones may hold credentials and a path. */
function originOf(host: string): Origin {
  const [, scheme, credentials, authority, prefix = ""] = HOST.exec(host) ?? [];
  if (scheme === undefined || authority === undefined) {
    const other = /^([A-Za-z][\w+.-]*):/.exec(host)?.[1] ?? "";
    const pool = new UpstreamError("target", `unsupported protocol scheme ${JSON.stringify(other)}`);
    return { host, prefix: "", authorization: undefined, pool };
  }
  const authorization =
    credentials === undefined
      ? undefined
      : `Basic ${Buffer.from(percentDecode(credentials) ?? credentials, "latin1").toString("base64")}`;
  return { host, prefix, authorization, pool: poolOf(`${scheme.toLowerCase()}://${authority}`) };
}

function poolOf(origin: string): Pool | UpstreamError {
  const known = pools.get(origin);
  if (known !== undefined) return known;
  try {
    const pool = new Pool(origin, { pipelining: 1, connections: null, maxHeaderSize: 1 << 20 });
    pools.set(origin, pool);
    return pool;
  } catch (fault) {
    return new UpstreamError("target", (fault as Error).message);
  }
}

/** The side of undici's dispatch that is called back; ends exactly once. */
abstract class Receiver {
  url = "";
  method = "";
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
    this.fail(connectionError(this.method, this.url, fault));
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
class WholeAnswer extends Receiver {
  readonly #resolve: (result: Answer | UpstreamError) => void;
  #status = 0;
  #headers: string[] = [];
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(resolve: (result: never) => void, finish: () => void) {
    super(finish);
    this.#resolve = resolve as (result: Answer | UpstreamError) => void;
  }

  onHeaders(status: number, rawHeaders: Buffer[]): boolean {
    if (status < 200) return true;
    this.#status = status;
    this.#headers = textHeaders(rawHeaders);
    return true;
  }

  onData(chunk: Buffer): boolean {
    this.#size += chunk.length;
    if (this.#size > MOST_ANSWER_BYTES) this.fail(tooLarge(this.method, this.url));
    else this.#chunks.push(chunk);
    return true;
  }

  onComplete(): void {
    const body = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#size);
    if (headerOf(this.#headers, "content-encoding") !== "gzip") {
      this.#settle(body);
      return;
    }
    gunzip(body, { maxOutputLength: MOST_ANSWER_BYTES }, (fault, plain) => {
      if (fault === null) this.#settle(plain);
      else this.fail(new UpstreamError("decode", "unexpected EOF"));
    });
  }

  #settle(body: Buffer): void {
    this.finish();
    this.#resolve({ url: this.url, status: this.#status, headers: this.#headers, body: body.latin1Slice() });
  }

  protected override onFailure(error: UpstreamError): void {
    this.#chunks = [];
    this.#resolve(error);
  }
}

/** Hands on the head, and then the body as it arrives. */
class ArrivingAnswer extends Receiver implements StreamedAnswer {
  status = 0;
  headers: string[] = [];
  readonly #resolve: (result: StreamedAnswer | UpstreamError) => void;
  readonly #inflate: boolean;
  #resume: () => void = () => {};
  #start: ((first: Uint8Array) => ReplyStream) | undefined;
  #reply: ReplyStream | undefined;
  #gunzip: ReturnType<typeof createGunzip> | undefined;
  #discarded = false;

  constructor(resolve: (result: never) => void, finish: () => void, inflate: boolean) {
    super(finish);
    this.#resolve = resolve as (result: StreamedAnswer | UpstreamError) => void;
    this.#inflate = inflate;
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
    // A broken gzip body ends what was sent so far [core: an empty body in no-op].
    gunzip.on("error", () => this.#end());
    gunzip.on("drain", () => this.#resume());
  }

  pipe(start: (first: Uint8Array) => ReplyStream): void {
    this.#start = start;
    this.#resume();
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

  #end(): void {
    this.finish();
    if (!this.#discarded) this.#open(new Uint8Array(0)).end();
  }

  /**
   * After the head has gone out a failure can only cut the connection, so that the client sees
   * that the answer is not whole.
   */
  protected override onFailure(error: UpstreamError): void {
    this.#gunzip?.destroy();
    if (this.status === 0) this.#resolve(error);
    else if (!this.#discarded) this.#open(new Uint8Array(0)).abort();
  }
}
