// One request to a backend and what came of it. Ends exactly once: with an answer or with a failure,
// which may be that its time is over or that the client has gone.
import type { ByteString } from "./bytes.js";
import { deadlines, Timed } from "./deadline.js";
import type { Exchange, RequestBody } from "./exchange.js";
import type { HeadWait } from "./http1/head-wait.js";
import type { Origin } from "./http1/origin.js";
import type { ResponseHead } from "./http1/response-head.js";
import type { UpstreamConnection } from "./http1/upstream-connection.js";
import type { Trail } from "./redirects.js";
import { clientGone, deadlineExceeded, UpstreamError } from "./upstream-error.js";
import { connectionError, requestError } from "./upstream-fault.js";
import { BadTarget } from "./wire-path.js";

/** What a call needs: emitted code fills it in. */
export interface Call {
  readonly method: string;
  readonly target: ByteString | BadTarget;
  /** Lines of the head that are the same for every request, each with its end. */
  readonly fixed?: ByteString;
  readonly headers: string[];
  readonly body: RequestBody | UpstreamError | undefined;
  /** A body whose length is known is sent with it; in chunks otherwise, as KrakenD does. */
  readonly sized?: boolean;
  readonly deadline: number;
  /** Where it goes instead of to a host of the backend: `http://name:port`. */
  readonly host?: string;
  /** The body is held whole, and goes along where an answer sends the request elsewhere. */
  resendsBody?: boolean;
  /** Whoever measures it. */
  watch?: CallWatch;
}

/** Is told how far a call has come; for measuring only. */
export interface CallWatch {
  /** It has to wait for a connection. */
  onWait(): void;
  /** It waits no longer. */
  onTaken(): void;
  /** The head of its answer is there; `connection` has `served` as many answers before it. */
  onHead(connection: UpstreamConnection): void;
}

/** Methods that may be sent twice: the second changes nothing [RFC 9110 9.2.2]. */
const SAFE = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

/** After these a request has a connection of its own. */
const MOST_DISPLACEMENTS = 2;

export abstract class Transaction extends Timed {
  readonly call: Call;
  readonly origin: Origin;
  readonly x: Exchange;
  readonly method: string;
  /** How an answer sent it here; undefined: none did. */
  readonly trail: Trail | undefined;
  /** Where it is being sent. */
  connection: UpstreamConnection | undefined;
  /** A byte of the answer has arrived. */
  received = false;
  /** The gateway asked for gzip by itself, and takes it off again. */
  inflates = false;
  /** Its body is still being sent. */
  uploading = false;
  /** Answers that its connection had given when it was sent behind others. */
  servedBefore = 0;
  /** The limit of the time until the head of its answer, if there is one. */
  headWait: HeadWait | undefined;
  ended = false;
  /** How often it lost its connection by the fault of others. */
  #displacements = 0;
  #again: boolean;
  #stopGone: (() => void) | undefined;

  constructor(call: Call, origin: Origin, x: Exchange, trail: Trail | undefined) {
    super();
    this.x = x;
    this.trail = trail;
    this.call = call;
    this.origin = origin;
    this.method = call.method;
    this.#again = SAFE.has(call.method) && call.body === undefined;
  }

  /** For error texts. */
  get url(): ByteString {
    return `${this.origin.host}${this.call.target as ByteString}`;
  }

  /** The method that was asked for at first, for error texts. */
  get verb(): string {
    return this.trail?.first.method ?? this.method;
  }

  /** It may be sent behind others, and others behind it. */
  get mayShare(): boolean {
    return this.#again && this.#displacements < MOST_DISPLACEMENTS && this.isHeldWhole;
  }

  /** Its answer is taken as fast as it comes, whatever the client does. */
  protected abstract readonly isHeldWhole: boolean;

  begin(): void {
    this.#stopGone = this.x.onGone(() => this.fail(clientGone()));
    deadlines.set(this, this.call.deadline);
    this.origin.send(this);
  }

  expire(): void {
    this.fail(deadlineExceeded());
  }

  /** Ends it with this failure, whatever still arrives. */
  fail(error: UpstreamError): void {
    if (this.ended) return;
    this.#end();
    this.connection?.drop(this, error.kind);
    this.connection = undefined;
    this.onFailure(error);
  }

  /** Ends it with a failure of the call, in Go's words. */
  failWith(reason: string): void {
    this.fail(requestError(this.verb, this.url, reason));
  }

  /** Its connection broke. One that had been used before may just have been closed: then once more. */
  onBroken(fault: Error, wasUsed: boolean): void {
    this.connection = undefined;
    if (this.ended) return;
    if (wasUsed && this.#again && !this.received) {
      this.#again = false;
      this.origin.sendFresh(this);
    } else this.fail(connectionError(this.verb, this.url, fault));
  }

  /**
   * Its connection ended, and another request was to be answered before it. It is sent once more; alone,
   * unless the end was announced, and not for the second time.
   */
  onDisplaced(fault: Error, isAnnounced: boolean): void {
    this.connection = undefined;
    this.#displacements += isAnnounced ? 1 : MOST_DISPLACEMENTS;
    if (this.ended) return;
    if (!this.#again || this.received) this.fail(connectionError(this.verb, this.url, fault));
    else if (this.mayShare) this.origin.send(this);
    else this.origin.sendFresh(this);
  }

  /** The answer is complete. */
  finish(): void {
    if (this.ended) return;
    this.#end();
    this.connection = undefined;
    this.onEnd();
  }

  /** Ends it without a result: nobody wants the rest. */
  protected stop(): void {
    if (this.ended) return;
    this.#end();
    this.connection?.drop(this, "canceled");
    this.connection = undefined;
  }

  #end(): void {
    this.ended = true;
    deadlines.clear(this);
    this.headWait?.end();
    this.#stopGone?.();
    const { body } = this.call;
    if (body !== undefined && "pump" in body) body.cancel();
  }

  abstract onHead(head: ResponseHead): void;
  /** Bytes of the body, lent for the time of the call. */
  abstract onData(bytes: Buffer, start: number, end: number): void;
  protected abstract onEnd(): void;
  protected abstract onFailure(error: UpstreamError): void;
}

/** Why a call cannot even be tried; undefined where it can. */
export function refusalOf({ method, target, body, deadline }: Call, host: string): UpstreamError | undefined {
  if (target instanceof BadTarget) {
    return new UpstreamError("target", `parse ${JSON.stringify(host + target.target)}: ${target.reason}`);
  }
  if (body instanceof UpstreamError) return body;
  if (deadline <= performance.now()) return deadlineExceeded();
  if (method === "GET" || method === "POST") return undefined;
  return /^[\w!#$%&'*+.^`|~-]+$/.test(method)
    ? undefined
    : new UpstreamError("target", `net/http: invalid method ${JSON.stringify(method)}`);
}
