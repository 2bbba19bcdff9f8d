// Calls to backends. Failures are values.
import { percentDecode } from "./bytes.js";
import type { Exchange } from "./exchange.js";
import type { Address } from "./http1/dial.js";
import { DEFAULT_ORIGIN, Origin, type OriginOptions } from "./http1/origin.js";
import { unsendable } from "./http1/request-text.js";
import { dialTls } from "./tls/dial.js";
import { type Call, refusalOf } from "./transaction.js";
import { DEFAULT_TRANSPORT, type TransportOptions } from "./transport.js";
import { type Answer, ArrivingAnswer, type StreamedAnswer, WholeAnswer } from "./upstream-answer.js";
import { UpstreamError } from "./upstream-error.js";
import { requestError } from "./upstream-fault.js";

export type { Call } from "./transaction.js";

const origins = new Map<string, Origin>();

/** Any backend may redirect to a host of TLS, so no gateway is without it. */
const secureByDefault = dialTls();

/** Closes every connection to every backend. */
export function closeUpstreams(): void {
  for (const origin of origins.values()) origin.destroy();
}

/** A host that cannot be called, and why. */
interface BadHost {
  readonly host: string;
  readonly reason: string;
}

/**
 * The hosts of one backend, used in turn from a random start. KrakenD picks one at random for each
 * request [lura sd/loadbalancing.go]; taking turns spreads the same load more evenly.
 */
export class Upstream {
  readonly #origins: readonly (Origin | BadHost)[];
  #next: number;

  constructor(
    hosts: readonly string[],
    transport: TransportOptions = DEFAULT_TRANSPORT,
    options: OriginOptions = DEFAULT_ORIGIN,
  ) {
    this.#origins = hosts.map((host) => originOf(host, transport, options));
    this.#next = Math.floor(Math.random() * Math.max(1, hosts.length));
  }

  /** Calls and waits for the whole answer. */
  fetch(x: Exchange, call: Call): Promise<Answer | UpstreamError> {
    const origin = this.#originFor(call);
    if (origin instanceof UpstreamError) return Promise.resolve(origin);
    return new Promise((resolve) => new WholeAnswer(call, origin, resolve).begin(x));
  }

  /** Calls and waits for the head of the answer. */
  open(x: Exchange, call: Call): Promise<StreamedAnswer | UpstreamError> {
    const origin = this.#originFor(call);
    if (origin instanceof UpstreamError) return Promise.resolve(origin);
    return new Promise((resolve) => new ArrivingAnswer(call, origin, resolve).begin(x));
  }

  #originFor(call: Call): Origin | UpstreamError {
    const origin = this.#pick();
    if (origin === undefined) return new UpstreamError("refused", "no hosts available");
    const refusal = refusalOf(call, origin.host);
    if (refusal !== undefined) return refusal;
    const url = `${origin.host}${call.target}`;
    if (!(origin instanceof Origin)) return requestError(call.method, url, origin.reason);
    const reason = unsendable(call.target as string, call.headers);
    return reason === undefined ? origin : requestError(call.method, url, reason);
  }

  #pick(): Origin | BadHost | undefined {
    const count = this.#origins.length;
    if (count < 2) return this.#origins[0];
    this.#next = (this.#next + 1) % count;
    return this.#origins[this.#next];
  }
}

const HOST = /^(https?):\/\/(?:([^/@]*)@)?([^/?#@]+)([^#]*)$/i;

/** Host strings are `http://name:port`; unsanitised ones may hold credentials and a path. */
function originOf(host: string, transport: TransportOptions, options: OriginOptions): Origin | BadHost {
  const [, scheme, credentials, authority, prefix = ""] = HOST.exec(host) ?? [];
  if (scheme === undefined || authority === undefined) {
    const other = /^([A-Za-z][\w+.-]*):/.exec(host)?.[1] ?? "";
    return { host, reason: `unsupported protocol scheme ${JSON.stringify(other)}` };
  }
  const known = origins.get(`${JSON.stringify(options)} ${host}`);
  if (known !== undefined) return known;
  const address = addressOf(scheme.toLowerCase(), authority, transport);
  if (typeof address === "string") return { host, reason: address };
  const origin = new Origin(host, address, prefix, authorizationLine(credentials), transport, options);
  origins.set(`${JSON.stringify(options)} ${host}`, origin);
  return origin;
}

function authorizationLine(credentials: string | undefined): string {
  if (credentials === undefined) return "";
  const plain = Buffer.from(percentDecode(credentials) ?? credentials, "latin1");
  return `Authorization: Basic ${plain.toString("base64")}\r\n`;
}

/** The address of an authority, or what is wrong with it. */
function addressOf(
  scheme: string,
  authority: string,
  { secure = secureByDefault }: TransportOptions,
): Address | string {
  const [, name = "", port = ""] = /^(.*?)(?::(\d*))?$/.exec(authority) ?? [];
  const number = port === "" ? (scheme === "https" ? 443 : 80) : Number(port);
  if (number > 65535 || name === "") return "invalid port";
  const hostname = name.startsWith("[") ? name.slice(1, -1) : name;
  return { hostname, port: number, authority, ...(scheme === "https" ? { secure } : {}) };
}
