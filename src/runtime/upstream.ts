// Calls to backends over undici. Failures are values; nothing outside this file sees undici.
import { type Dispatcher, Pool } from "undici";
import { type ByteString, percentDecode } from "./bytes.js";
import { onDeadline } from "./deadline.js";
import type { Exchange, RequestBody } from "./exchange.js";
import { headerOf } from "./forward.js";
import {
  type Answer,
  ArrivingAnswer,
  type Receiver,
  type StreamedAnswer,
  WholeAnswer,
} from "./upstream-answer.js";
import { clientGone, deadlineExceeded, UpstreamError } from "./upstream-error.js";
import { requestError } from "./upstream-fault.js";
import { BadTarget } from "./wire-path.js";

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
      handler.again = isRepeatable(call) ? () => send(origin, call, handler) : undefined;
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

/** Safe to ask a second time when nothing came back [RFC 9110 9.2.2]. */
function isRepeatable(call: Call): boolean {
  return (
    (call.method === "GET" || call.method === "HEAD" || call.method === "OPTIONS") && call.body === undefined
  );
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
