// The client on undici, in place of `src/runtime/upstream.ts`: what ships is measured against it.
import { type Dispatcher, Pool } from "undici";
import { percentDecode } from "../../src/runtime/bytes.js";
import { onDeadline } from "../../src/runtime/deadline.js";
import type { Exchange } from "../../src/runtime/exchange.js";
import { headerOf } from "../../src/runtime/forward.js";
import { unsendable } from "../../src/runtime/http1/request-text.js";
import type { Answer } from "../../src/runtime/received-answer.js";
import { type Call, refusalOf } from "../../src/runtime/transaction.js";
import { DEFAULT_TRANSPORT, type TransportOptions } from "../../src/runtime/transport.js";
import type { StreamedAnswer } from "../../src/runtime/upstream-answer.js";
import { clientGone, deadlineExceeded, UpstreamError } from "../../src/runtime/upstream-error.js";
import { requestError } from "../../src/runtime/upstream-fault.js";
import { type Receiver, UndiciAnswer, UndiciStream } from "./undici-answer.js";

export type { Call } from "../../src/runtime/transaction.js";

interface Origin {
  /** As configured, for error texts. */
  readonly host: string;
  /** Path of the host string, before every target. */
  readonly prefix: string;
  readonly authorization: string | undefined;
  readonly pool: Pool | string;
  readonly transport: TransportOptions;
}

const pools = new Map<string, Pool>();

/** Closes every connection to every backend. */
export async function closeUpstreams(): Promise<void> {
  await Promise.all([...pools.values()].map((pool) => pool.destroy()));
  pools.clear();
}

/** The hosts of one backend, used in turn from a random start. */
export class Upstream {
  readonly #origins: readonly Origin[];
  #next: number;

  constructor(hosts: readonly string[], transport: TransportOptions = DEFAULT_TRANSPORT) {
    this.#origins = hosts.map((host) => originOf(host, transport));
    this.#next = Math.floor(Math.random() * Math.max(1, hosts.length));
  }

  fetch(x: Exchange, call: Call): Promise<Answer | UpstreamError> {
    return this.#dispatch(x, call, (resolve, finish) => new UndiciAnswer(resolve, finish));
  }

  /** Lends nothing. */
  fetchLent(x: Exchange, call: Call): Promise<Answer | UpstreamError> {
    return this.fetch(x, call);
  }

  open(x: Exchange, call: Call): Promise<StreamedAnswer | UpstreamError> {
    return this.#dispatch(
      x,
      call,
      (resolve, finish, inflates) => new UndiciStream(resolve, finish, inflates),
    );
  }

  #dispatch<Result>(
    x: Exchange,
    call: Call,
    receiver: (resolve: (result: Result) => void, finish: () => void, inflates: boolean) => Receiver,
  ): Promise<Result | UpstreamError> {
    const origin = this.#pick();
    if (origin === undefined) return Promise.resolve(new UpstreamError("refused", "no hosts available"));
    const refusal = refuse(origin, call);
    if (refusal !== undefined) return Promise.resolve(refusal);
    return new Promise((resolve) => {
      const finish = (): void => {
        stopDeadline();
        stopGone();
      };
      const headers = headersOf(origin, call);
      const handler = receiver(resolve, finish, asksGzip(origin, headers, call.method));
      handler.url = origin.host + call.target;
      handler.method = call.method;
      handler.again = isRepeatable(call) ? () => send(origin, call, headers, handler) : undefined;
      const stopDeadline = onDeadline(call.deadline, () => handler.fail(deadlineExceeded()));
      const stopGone = x.onGone(() => handler.fail(clientGone()));
      send(origin, call, headers, handler);
    });
  }

  #pick(): Origin | undefined {
    const count = this.#origins.length;
    if (count < 2) return this.#origins[0];
    this.#next = (this.#next + 1) % count;
    return this.#origins[this.#next];
  }
}

/** Safe to ask a second time when nothing came back [RFC 9110 9.2.2]. */
function isRepeatable({ method, body }: Call): boolean {
  return ["GET", "HEAD", "OPTIONS", "TRACE"].includes(method) && body === undefined;
}

/** The header of a call as a list; lines that are the same for every request come first. */
function headersOf({ authorization }: Origin, call: Call): string[] {
  const fixed = (call.fixed ?? "").split("\r\n").filter((line) => line !== "");
  const headers = fixed.flatMap((line) => [
    line.slice(0, line.indexOf(":")),
    line.slice(line.indexOf(":") + 1).trim(),
  ]);
  headers.push(...call.headers);
  if (authorization !== undefined && headerOf(headers, "authorization") === undefined)
    headers.push("Authorization", authorization);
  return headers;
}

function asksGzip({ transport }: Origin, headers: readonly string[], method: string): boolean {
  const chosen = ["accept-encoding", "range"].some((name) => headerOf(headers, name) !== undefined);
  return transport.compression && method !== "HEAD" && !chosen;
}

function send(origin: Origin, call: Call, headers: readonly string[], handler: Receiver): void {
  const { body } = call;
  const isStream = body !== undefined && "pump" in body;
  const length = isStream && body.length !== undefined ? ["Content-Length", String(body.length)] : [];
  const gzip = asksGzip(origin, headers, call.method) ? ["Accept-Encoding", "gzip"] : [];
  try {
    (origin.pool as Pool).dispatch(
      {
        path: `${origin.prefix}${call.target}`,
        method: call.method as Dispatcher.HttpMethod,
        headers: [...headers, ...length, ...gzip],
        body: (body as Uint8Array | undefined) ?? null,
        headersTimeout: 0,
        bodyTimeout: 0,
        reset: !origin.transport.keepAlive,
      },
      handler as unknown as Dispatcher.DispatchHandler,
    );
  } catch (fault) {
    handler.onError(fault as Error);
  }
}

function refuse(origin: Origin, call: Call): UpstreamError | undefined {
  const refusal = refusalOf(call, origin.host);
  if (refusal !== undefined) return refusal;
  const reason =
    typeof origin.pool === "string" ? origin.pool : unsendable(call.target as string, call.headers);
  return reason === undefined ? undefined : requestError(call.method, origin.host + call.target, reason);
}

const HOST = /^(https?):\/\/(?:([^/@]*)@)?([^/?#@]+)([^#]*)$/i;

/** Host strings are `http://name:port`; unsanitised ones may hold credentials and a path. */
function originOf(host: string, transport: TransportOptions): Origin {
  const [, scheme, credentials, authority, prefix = ""] = HOST.exec(host) ?? [];
  if (scheme === undefined || authority === undefined) {
    const other = /^([A-Za-z][\w+.-]*):/.exec(host)?.[1] ?? "";
    const pool = `unsupported protocol scheme ${JSON.stringify(other)}`;
    return { host, prefix: "", authorization: undefined, pool, transport };
  }
  const authorization =
    credentials === undefined
      ? undefined
      : `Basic ${Buffer.from(percentDecode(credentials) ?? credentials, "latin1").toString("base64")}`;
  const pool = poolOf(`${scheme.toLowerCase()}://${authority}`);
  return { host, prefix, authorization, pool, transport };
}

function poolOf(origin: string): Pool | string {
  const known = pools.get(origin);
  if (known !== undefined) return known;
  try {
    const pool = new Pool(origin, { pipelining: 1, connections: null, maxHeaderSize: 1 << 20 });
    pools.set(origin, pool);
    return pool;
  } catch (fault) {
    return (fault as Error).message;
  }
}
