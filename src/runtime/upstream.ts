// Calls to backends. Failures are values.
import type { Exchange } from "./exchange.js";
import { DEFAULT_ORIGIN, Origin, type OriginOptions } from "./http1/origin.js";
import { unsendable } from "./http1/request-text.js";
import { type BadHost, originOf, strangerOf } from "./origins.js";
import type { Answer } from "./received-answer.js";
import { type Call, refusalOf } from "./transaction.js";
import { DEFAULT_TRANSPORT, type TransportOptions } from "./transport.js";
import { ArrivingAnswer, type StreamedAnswer, WholeAnswer } from "./upstream-answer.js";
import { UpstreamError } from "./upstream-error.js";
import { requestError } from "./upstream-fault.js";

export type { Call } from "./transaction.js";

/**
 * The hosts of one backend, used in turn from a random start. KrakenD picks one at random for each
 * request [lura sd/loadbalancing.go]; taking turns spreads the same load more evenly.
 */
export class Upstream {
  protected origins: readonly (Origin | BadHost)[];
  #next: number;
  readonly #transport: TransportOptions;
  readonly #options: OriginOptions;

  constructor(
    hosts: readonly string[],
    transport: TransportOptions = DEFAULT_TRANSPORT,
    options: OriginOptions = DEFAULT_ORIGIN,
  ) {
    this.origins = hosts.map((host) => originOf(host, transport, options));
    this.#transport = transport;
    this.#options = options;
    this.#next = Math.floor(Math.random() * Math.max(1, hosts.length));
  }

  /** Calls and waits for the whole answer. */
  fetch(x: Exchange, call: Call): Promise<Answer | UpstreamError> {
    return this.#fetch(x, call, false);
  }

  /** The same for whoever decodes the answer at once, and then wants no more of it: its bytes are lent. */
  fetchLent(x: Exchange, call: Call): Promise<Answer | UpstreamError> {
    return this.#fetch(x, call, true);
  }

  #fetch(x: Exchange, call: Call, lends: boolean): Promise<Answer | UpstreamError> {
    const origin = this.#originFor(call);
    if (origin instanceof UpstreamError) return Promise.resolve(origin);
    return new Promise((resolve) => new WholeAnswer(call, origin, x, resolve, lends).begin());
  }

  /** Calls and waits for the head of the answer. */
  open(x: Exchange, call: Call): Promise<StreamedAnswer | UpstreamError> {
    const origin = this.#originFor(call);
    if (origin instanceof UpstreamError) return Promise.resolve(origin);
    return new Promise((resolve) => new ArrivingAnswer(call, origin, x, resolve).begin());
  }

  #originFor(call: Call): Origin | UpstreamError {
    const origin = call.host === undefined ? this.#pick() : this.#elsewhere(call.host);
    if (origin === undefined) return new UpstreamError("refused", "no hosts available");
    const refusal = refusalOf(call, origin.host);
    if (refusal !== undefined) return refusal;
    const url = `${origin.host}${call.target}`;
    if (!(origin instanceof Origin)) return requestError(call.method, url, origin.reason);
    const reason = unsendable(call.target as string, call.headers);
    return reason === undefined ? origin : requestError(call.method, url, reason);
  }

  #elsewhere(host: string): Origin | BadHost {
    return strangerOf(host, { transport: this.#transport, options: this.#options });
  }

  #pick(): Origin | BadHost | undefined {
    const count = this.origins.length;
    if (count < 2) return this.origins[0];
    this.#next = (this.#next + 1) % count;
    return this.origins[this.#next];
  }
}
