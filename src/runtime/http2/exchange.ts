// A request that came over HTTP/2, and its reply.
import { constants, type ServerHttp2Stream } from "node:http2";
import type { ByteString } from "../bytes.js";
import type { Exchange, FlatHeaders, ReplyStream, RequestBody, TraceContext } from "../exchange.js";
import { lengthIn } from "../http1/reply-writer.js";
import { isBare } from "../http1/status.js";
import { readWhole } from "../request-body.js";
import type { UpstreamError } from "../upstream-error.js";
import { Http2Body } from "./body.js";
import { canonicalFields, type RequestFields, replyFields } from "./fields.js";
import { Http2ReplyStream } from "./reply-stream.js";

/** What an exchange needs of the connection it came on. */
export interface StreamOwner {
  /** Address of the client by the gateway's rule, from the headers of the exchange. */
  addressOf(x: Exchange): string;
  /** The reply has been handed to the stream, or was cut off. */
  onReplied(x: Http2Exchange, status: number, bytes: number): void;
}

/** An answer with this status has no body: in HTTP/2, as node:http2 has it, 205 is one more. */
function hasNoBody(status: number): boolean {
  return isBare(status) || status === 205;
}

export class Http2Exchange implements Exchange {
  readonly method: string;
  readonly path: ByteString;
  readonly query: ByteString;
  readonly startedAt: number = performance.now();
  readonly target: ByteString;
  readonly host: ByteString;
  readonly body: Http2Body | undefined;
  failure: UpstreamError | undefined = undefined;
  place = 0;
  added: string[] | undefined = undefined;
  // There from the start: an object that changed its form would slow down all that handle it.
  trace: TraceContext | undefined = undefined;
  /** The whole reply has been handed over, or never will be. */
  replied = false;
  headSent = false;
  readonly #owner: StreamOwner;
  readonly #stream: ServerHttp2Stream;
  readonly #fields: FlatHeaders;
  #canonical: FlatHeaders | undefined;
  #clientIp: string | undefined;
  #gone: (() => void)[] | undefined;

  /** `path`: percent-decoded. */
  constructor(
    owner: StreamOwner,
    stream: ServerHttp2Stream,
    head: RequestFields,
    path: ByteString,
    query: ByteString,
    hasBody: boolean,
  ) {
    this.#owner = owner;
    this.#stream = stream;
    this.#fields = head.fields;
    this.method = head.method;
    this.target = head.target;
    this.host = head.host;
    this.path = path;
    this.query = query;
    this.body = hasBody ? new Http2Body(stream, this.#announcedLength(), () => this.#onWanted()) : undefined;
  }

  /** That it is true is checked by node:http2 [RFC 9113 8.1.1]. */
  #announcedLength(): number | undefined {
    const text = this.header("content-length");
    return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  }

  #onWanted(): void {
    if (this.headSent || this.header("expect")?.toLowerCase() !== "100-continue") return;
    if (this.#isOpen) this.#stream.additionalHeaders({ ":status": 100 });
  }

  get #isOpen(): boolean {
    return !this.#stream.destroyed && !this.#stream.closed;
  }

  get clientIp(): string {
    this.#clientIp ??= this.#owner.addressOf(this);
    return this.#clientIp;
  }

  get hasBody(): boolean {
    return this.body !== undefined;
  }

  header(name: string): ByteString | undefined {
    if (name === "host") return this.host;
    const fields = this.#fields;
    for (let index = 0; index < fields.length; index += 2) {
      if (fields[index] === name) return fields[index + 1];
    }
    return undefined;
  }

  copyHeader(headers: string[], name: string, lower: string): void {
    const fields = this.#fields;
    for (let index = 0; index < fields.length; index += 2) {
      if (fields[index] === lower) headers.push(name, fields[index + 1]!);
    }
  }

  get rawHeaders(): FlatHeaders {
    this.#canonical ??= canonicalFields(this.#fields);
    return this.#canonical;
  }

  streamBody(): RequestBody | undefined {
    return this.body;
  }

  readBody(deadline: number): Promise<Uint8Array | UpstreamError> {
    return this.body === undefined ? Promise.resolve(new Uint8Array(0)) : readWhole(this.body, deadline);
  }

  onGone(listener: () => void): () => void {
    this.#gone ??= [];
    this.#gone.push(listener);
    return () => {
      const listeners = this.#gone;
      const index = listeners === undefined ? -1 : listeners.indexOf(listener);
      if (index >= 0) listeners!.splice(index, 1);
    };
  }

  /** The client has gone, or no longer wants this answer. */
  leave(): void {
    const listeners = this.#gone;
    this.#gone = undefined;
    this.body?.fail(undefined);
    if (listeners !== undefined) for (const listener of listeners) listener();
  }

  send(status: number, headers: FlatHeaders, body: ByteString): void {
    if (this.headSent) return;
    const bare = hasNoBody(status);
    const length = bare ? [] : ["content-length", String(body.length)];
    const sent = bare || this.method === "HEAD" ? 0 : body.length;
    if (this.#respond(status, [...length, ...headers], sent === 0) && sent > 0)
      this.#stream.end(body, "latin1");
    this.finish(status, sent);
  }

  stream(status: number, headers: FlatHeaders): ReplyStream {
    const bare = hasNoBody(status) || this.method === "HEAD";
    if (!this.headSent) this.#respond(status, headers, bare);
    return new Http2ReplyStream(this, this.#stream, status, bare, lengthIn(headers));
  }

  /** Writes the head; false where nobody is there to get it. */
  #respond(status: number, own: FlatHeaders, ends: boolean): boolean {
    this.headSent = true;
    if (!this.#isOpen) return false;
    const headers = this.added === undefined ? own : [...this.added, ...own];
    this.#stream.respond(replyFields(status, headers), { endStream: ends });
    return true;
  }

  /** The reply is over; what was not read of the body is not wanted [RFC 9113 8.1]. */
  finish(status: number, bytes: number): void {
    if (this.replied) return;
    this.replied = true;
    this.#gone = undefined;
    this.#owner.onReplied(this, status, bytes);
    if (this.body?.isArriving !== true) return;
    this.body.cancel();
    if (this.#isOpen) this.#stream.close(constants.NGHTTP2_NO_ERROR);
  }

  /** The reply cannot be completed: the client sees the stream cut off. */
  abort(status: number, bytes: number): void {
    this.headSent = true;
    if (this.replied) return;
    this.replied = true;
    this.#gone = undefined;
    this.#owner.onReplied(this, status, bytes);
    this.body?.cancel();
    // `close` would first end the stream in good order, and what is missing could go unseen.
    if (this.#isOpen) this.#stream.destroy(new Error("the answer was cut off"));
  }
}
