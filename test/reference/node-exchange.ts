// A request of `node:http` and its reply.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ByteString } from "../../src/runtime/bytes.js";
import { plainAddress } from "../../src/runtime/client-ip.js";
import type { BodySink, BodyStream, Exchange, FlatHeaders, ReplyStream } from "../../src/runtime/exchange.js";
import { logFault } from "../../src/runtime/log.js";
import { readWhole } from "../../src/runtime/request-body.js";
import type { ServerOptions } from "../../src/runtime/server-state.js";
import type { UpstreamError } from "../../src/runtime/upstream-error.js";

export interface Target {
  /** As sent, in bytes. */
  readonly raw: ByteString;
  readonly path: ByteString;
  readonly query: ByteString;
  /** Host of an absolute-form target. */
  readonly host: ByteString | undefined;
}

class NodeBody implements BodyStream {
  readonly length: number | undefined;
  readonly #request: IncomingMessage;
  #stop: () => void = () => {};

  constructor(request: IncomingMessage) {
    this.#request = request;
    const length = request.headers["content-length"];
    this.length = length === undefined ? undefined : Number(length);
  }

  pump(sink: BodySink): void {
    const request = this.#request;
    const onData = (chunk: Buffer): void => sink.onData(chunk);
    const onEnd = (): void => {
      this.#stop();
      sink.onEnd();
    };
    const onClose = (): void => {
      this.#stop();
      // What broke the connection is known to the parser alone.
      sink.onBroken(undefined);
    };
    this.#stop = () => request.off("data", onData).off("end", onEnd).off("close", onClose);
    request.on("data", onData).on("end", onEnd).on("close", onClose);
  }

  pause(): void {
    this.#request.pause();
  }

  resume(): void {
    this.#request.resume();
  }

  cancel(): void {
    this.#stop();
    this.#request.resume();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    yield* this.#request.iterator({ destroyOnReturn: false });
  }
}

export class NodeExchange implements Exchange {
  readonly method: string;
  readonly target: ByteString;
  readonly path: ByteString;
  readonly query: ByteString;
  readonly startedAt: number = performance.now();
  readonly host: ByteString;
  readonly hasBody: boolean;
  failure: UpstreamError | undefined = undefined;
  place = 0;
  added: string[] | undefined = undefined;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #options: ServerOptions;
  readonly #isDraining: () => boolean;
  #observed = false;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    options: ServerOptions,
    target: Target,
    isDraining: () => boolean,
  ) {
    this.#request = request;
    this.#response = response;
    // Each backend of the request listens for the client's leaving.
    response.setMaxListeners(0);
    request.setMaxListeners(0);
    request.on("error", () => {});
    this.#options = options;
    this.#isDraining = isDraining;
    this.method = request.method ?? "GET";
    this.target = target.raw;
    this.path = target.path;
    this.query = target.query;
    this.host = target.host ?? request.headers.host ?? "";
    const length = request.headers["content-length"];
    this.hasBody = request.headers["transfer-encoding"] !== undefined || Number(length ?? 0) > 0;
  }

  get clientIp(): string {
    return this.#options.clientIp.of(plainAddress(this.#request.socket.remoteAddress), this);
  }

  get rawHeaders(): FlatHeaders {
    return this.#request.rawHeaders;
  }

  header(name: string): ByteString | undefined {
    const raw = this.rawHeaders;
    const at = raw.findIndex((each, index) => index % 2 === 0 && each.toLowerCase() === name);
    return at < 0 ? undefined : raw[at + 1];
  }

  copyHeader(headers: string[], name: string, lower: string): void {
    const raw = this.rawHeaders;
    for (let at = 0; at < raw.length; at += 2) {
      if (raw[at]!.toLowerCase() === lower) headers.push(name, raw[at + 1]!);
    }
  }

  streamBody(): BodyStream | undefined {
    return this.hasBody ? new NodeBody(this.#request) : undefined;
  }

  readBody(deadline: number): Promise<Uint8Array | UpstreamError> {
    if (!this.hasBody) return Promise.resolve(new Uint8Array(0));
    return readWhole(new NodeBody(this.#request), deadline);
  }

  onGone(listener: () => void): () => void {
    const response = this.#response;
    const onClose = (): void => {
      if (!response.writableFinished) listener();
    };
    response.on("close", onClose);
    return () => response.off("close", onClose);
  }

  send(status: number, headers: FlatHeaders, body: ByteString): void {
    const response = this.#response;
    if (response.headersSent) return;
    this.#observe(status, body.length);
    if (response.destroyed) return;
    const bare = status === 204 || status === 304;
    const length = bare ? [] : ["Content-Length", String(body.length)];
    response.writeHead(status, [...this.#headers(headers), ...length]);
    response.end(this.method === "HEAD" || bare ? undefined : body, "latin1");
    this.#swallowBody();
  }

  #headers(own: FlatHeaders): string[] {
    const closing = this.#isDraining() ? ["Connection", "close"] : [];
    return [...(this.added ?? []), ...own, ...closing];
  }

  stream(status: number, headers: FlatHeaders): ReplyStream {
    const response = this.#response;
    if (!response.headersSent && !response.destroyed) response.writeHead(status, this.#headers(headers));
    let bytes = 0;
    return {
      write: (chunk, written) => {
        bytes += chunk.length;
        return response.write(chunk, written);
      },
      onDrain: (listener) => response.on("drain", listener),
      end: () => {
        this.#observe(status, bytes);
        response.end();
      },
      abort: () => {
        this.#observe(status, bytes);
        response.flushHeaders();
        response.destroy();
      },
    };
  }

  #observe(status: number, bytes: number): void {
    if (this.#observed) return;
    this.#observed = true;
    this.#options.observe?.(this, status, bytes, performance.now() - this.startedAt);
  }

  /** A body that nobody reads is read to its end, so that the connection stays usable. */
  #swallowBody(): void {
    if (this.hasBody && !this.#request.readableEnded) this.#request.resume();
  }

  /** A fault of the gateway: the client gets a bare 500, the operator the reason. */
  crash(fault: unknown): void {
    logFault(fault);
    if (this.#response.headersSent) this.#response.destroy();
    else this.send(500, [], "");
  }
}
