// Calls that do not end with the request: attempts that can be given up, copies that go on alone.
import type { ByteString } from "./bytes.js";
import type { Exchange, FlatHeaders, ReplyStream, RequestBody } from "./exchange.js";

/** What calls may ask of a request. It cannot reply. */
abstract class Branch implements Exchange {
  readonly method: string;
  readonly target: ByteString;
  readonly path: ByteString;
  readonly query: ByteString;
  readonly startedAt: number;
  readonly host: ByteString;
  readonly clientIp: string;
  readonly hasBody: boolean;
  readonly rawHeaders: FlatHeaders;

  constructor(x: Exchange) {
    this.method = x.method;
    this.target = x.target;
    this.path = x.path;
    this.query = x.query;
    this.startedAt = x.startedAt;
    this.host = x.host;
    this.clientIp = x.clientIp;
    this.hasBody = x.hasBody;
    this.rawHeaders = x.rawHeaders;
  }

  header(name: string): ByteString | undefined {
    const at = this.rawHeaders.findIndex((each, index) => index % 2 === 0 && each.toLowerCase() === name);
    return at < 0 ? undefined : this.rawHeaders[at + 1];
  }

  copyHeader(headers: string[], name: string, lower: string): void {
    for (let at = 0; at < this.rawHeaders.length; at += 2) {
      if (this.rawHeaders[at]!.toLowerCase() === lower) headers.push(name, this.rawHeaders[at + 1]!);
    }
  }

  /** The body was read before. */
  streamBody(): RequestBody | undefined {
    return undefined;
  }

  readBody(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array());
  }

  abstract onGone(listener: () => void): () => void;

  send(): void {
    throw new Error("only the request itself can be replied to");
  }

  stream(): ReplyStream {
    throw new Error("only the request itself can be replied to");
  }
}

/** Goes on when the client has gone. */
export class Detached extends Branch {
  onGone(): () => void {
    return () => {};
  }
}

/** One of several calls for the same request: ends with the client, or when it is given up. */
export class Attempt extends Branch {
  readonly #x: Exchange;
  readonly #listeners = new Set<() => void>();

  constructor(x: Exchange) {
    super(x);
    this.#x = x;
  }

  onGone(listener: () => void): () => void {
    const stop = this.#x.onGone(listener);
    this.#listeners.add(listener);
    return () => {
      stop();
      this.#listeners.delete(listener);
    };
  }

  giveUp(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
