// A request that came over HTTP/1.1, and its reply.
import type { Socket } from "node:net";
import { type ByteString, percentDecode } from "../bytes.js";
import type { Exchange, FlatHeaders, ReplyStream, RequestBody, TraceContext } from "../exchange.js";
import { limits } from "../limits.js";
import { preparedLines } from "../prepared-headers.js";
import { bodyTooLarge, readWhole } from "../request-body.js";
import type { UpstreamError } from "../upstream-error.js";
import { dateLine } from "./date.js";
import { copyField, type FieldPlaces, fieldIn, flatFields } from "./fields.js";
import type { IncomingBody } from "./incoming-body.js";
import { Http1ReplyStream } from "./reply-stream.js";
import { fieldLines, lengthIn, namesDate } from "./reply-writer.js";
import type { RequestHead } from "./request-head.js";
import { isBare, statusLine } from "./status.js";

/** What an exchange needs of the connection it came on. */
export interface ExchangeOwner {
  readonly socket: Socket;
  /** Address of the client by the gateway's rule, from the headers of the exchange. */
  addressOf(x: Exchange): string;
  /** The text that ends a head: how the connection goes on. */
  connectionLine(x: Http1Exchange): string;
  /** Nothing follows this reply. */
  closeBehind(): void;
  /** The reply has been handed to the socket. */
  onReplied(x: Http1Exchange, status: number, bytes: number): void;
  /** The reply cannot be completed. */
  onAborted(x: Http1Exchange, status: number, bytes: number): void;
}

/** Credentials are no part of the host. */
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?@]*@)?([^/?]*)/;

/** Path and query of a target; undefined where the path does not decode. */
export function splitTarget(
  target: ByteString,
  queryAt: number,
):
  | { readonly path: ByteString; readonly query: ByteString; readonly host: ByteString | undefined }
  | undefined {
  const absolute = target.charCodeAt(0) === 0x2f ? null : ABSOLUTE.exec(target);
  const start = absolute === null ? 0 : absolute[0].length;
  const raw = queryAt === 0 ? target.slice(start) : target.slice(start, queryAt - 1);
  const path = raw.includes("%") ? percentDecode(raw) : raw;
  if (path === undefined) return undefined;
  const query = queryAt === 0 ? "" : target.slice(queryAt);
  // An absolute target without a path means the root [RFC 9110 4.2.3].
  return { path: path === "" ? "/" : path, query, host: absolute?.[1] };
}

export class Http1Exchange implements Exchange {
  readonly method: string;
  readonly path: ByteString;
  readonly query: ByteString;
  readonly startedAt: number;
  readonly target: ByteString;
  readonly minor: number;
  readonly body: IncomingBody | undefined;
  failure: UpstreamError | undefined = undefined;
  place = 0;
  added: string[] | undefined = undefined;
  // There from the start: an object that changed its form would slow down all that handle it.
  trace: TraceContext | undefined = undefined;
  /** The whole reply has been written. */
  replied = false;
  /** The head of the reply has been written. */
  headSent = false;
  readonly #owner: ExchangeOwner;
  readonly #text: ByteString;
  readonly #fields: FieldPlaces;
  readonly #targetHost: ByteString | undefined;
  #flat: FlatHeaders | undefined;
  #clientIp: string | undefined;
  #gone: (() => void)[] | undefined;

  constructor(
    owner: ExchangeOwner,
    head: RequestHead,
    target: NonNullable<ReturnType<typeof splitTarget>>,
    body: IncomingBody | undefined,
  ) {
    this.#owner = owner;
    this.method = head.method;
    this.target = head.target;
    this.minor = head.minor;
    this.path = target.path;
    this.query = target.query;
    this.#targetHost = target.host;
    this.#text = head.text;
    this.#fields = head.fields;
    this.body = body;
    this.startedAt = performance.now();
  }

  get host(): ByteString {
    return this.#targetHost ?? this.header("host") ?? "";
  }

  get clientIp(): string {
    this.#clientIp ??= this.#owner.addressOf(this);
    return this.#clientIp;
  }

  get hasBody(): boolean {
    return this.body !== undefined;
  }

  header(name: string): ByteString | undefined {
    return fieldIn(this.#text, this.#fields, name);
  }

  copyHeader(headers: string[], name: string, lower: string): void {
    copyField(this.#text, this.#fields, headers, name, lower);
  }

  get rawHeaders(): FlatHeaders {
    this.#flat ??= flatFields(this.#text, this.#fields);
    return this.#flat;
  }

  streamBody(): RequestBody | undefined {
    return this.body?.takeWhole() ?? this.body;
  }

  readBody(deadline: number): Promise<Uint8Array | UpstreamError> {
    const { body } = this;
    if (body === undefined) return Promise.resolve(new Uint8Array(0));
    const whole = body.takeWhole();
    if (whole === undefined) return readWhole(body, deadline);
    return Promise.resolve(whole.length > limits.bodyBytes ? bodyTooLarge() : whole);
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

  /** The client has gone. */
  leave(): void {
    const listeners = this.#gone;
    this.#gone = undefined;
    this.body?.fail(undefined);
    if (listeners !== undefined) for (const listener of listeners) listener();
  }

  send(status: number, headers: FlatHeaders, body: ByteString): void {
    if (this.headSent) return;
    this.headSent = true;
    const { socket } = this.#owner;
    const head = this.#head(status, headers);
    const end = this.#owner.connectionLine(this);
    let text: string;
    if (isBare(status)) text = `${head}${end}\r\n`;
    else if (this.method === "HEAD") text = `${head}Content-Length: ${body.length}\r\n${end}\r\n`;
    else text = `${head}Content-Length: ${body.length}\r\n${end}\r\n${body}`;
    if (!socket.destroyed) socket.write(text, "latin1");
    this.#finish(status, isBare(status) || this.method === "HEAD" ? 0 : body.length);
  }

  #head(status: number, own: FlatHeaders): ByteString {
    const lines = this.added === undefined ? preparedLines(own) : undefined;
    if (lines !== undefined) return statusLine(this.minor, status) + lines + dateLine();
    const headers = this.added === undefined ? own : [...this.added, ...own];
    const date = namesDate(headers) ? "" : dateLine();
    return statusLine(this.minor, status) + fieldLines(headers) + date;
  }

  stream(status: number, headers: FlatHeaders): ReplyStream {
    const length = lengthIn(headers);
    const bare = isBare(status) || this.method === "HEAD";
    const chunked = length === undefined && !bare && this.minor > 0;
    const closes = length === undefined && !bare && this.minor === 0;
    const first = !this.headSent;
    this.headSent = true;
    let text = "";
    if (first && !this.#owner.socket.destroyed) {
      const head = this.#head(status, headers);
      const coding = chunked ? "Transfer-Encoding: chunked\r\n" : "";
      if (closes) this.#owner.closeBehind();
      const end = closes ? "Connection: close\r\n" : this.#owner.connectionLine(this);
      text = `${head}${coding}${end}\r\n`;
    }
    return new Http1ReplyStream(this.#owner, this, { status, chunked, length, bare }, text);
  }

  /** For the stream of its reply. */
  finishStream(status: number, bytes: number): void {
    this.#finish(status, bytes);
  }

  #finish(status: number, bytes: number): void {
    if (this.replied) return;
    this.replied = true;
    this.#gone = undefined;
    this.#owner.onReplied(this, status, bytes);
  }
}
