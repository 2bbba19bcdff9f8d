// A cache between the gateway and one backend: KrakenD's part of RFC 9111.
import type { ByteString } from "../../runtime/bytes.js";
import type { FlatHeaders } from "../../runtime/exchange.js";
import { headerOf } from "../../runtime/forward.js";
import type { Answer } from "../../runtime/received-answer.js";
import type { Call } from "../../runtime/upstream.js";
import { UpstreamError } from "../../runtime/upstream-error.js";
import { type Landing, Loners, landingOf, landingOfFailure } from "./runtime-flights.js";
import {
  type Directives,
  directivesOf,
  freshnessOf,
  mayReplaceFailure,
  saidBy,
  valuesOf,
} from "./runtime-freshness.js";
import { CacheStore, type Entry, type StoreLimits } from "./runtime-store.js";

type Fetch = (call: Call) => Promise<Answer | UpstreamError>;

/** A cache with a store of its own. */
export function privateCache(limits?: StoreLimits): HttpCache {
  return new HttpCache(new CacheStore(limits), "");
}

let unlimited: CacheStore | undefined;
let limited: CacheStore | undefined;

/**
 * A cache on the store of the whole process. Quirk: backends with limits share another store than
 * those without, and the first one's limits hold for all [krakend-httpcache http.go]. Backends share
 * an answer when they have the same hosts.
 */
export function sharedCache(hosts: string, limits?: StoreLimits): HttpCache {
  if (limits === undefined) {
    unlimited ??= new CacheStore();
    return new HttpCache(unlimited, hosts);
  }
  limited ??= new CacheStore(limits);
  return new HttpCache(limited, hosts);
}

/** What a request looks like to the cache. */
interface Request {
  readonly key: string;
  readonly call: Call;
  readonly directives: Directives;
  /** The headers before the transport added its own, which the cache does not see. */
  readonly headers: FlatHeaders;
  /** Answers with a bad status are kept too: whoever asks reads them to their end. */
  readonly keepsFailures: boolean;
}

/**
 * Keeps the answers of one backend to GET and HEAD, one for each target. Quirk: an answer is given
 * to every client, whatever its Authorization and cookies, unless `Vary` names them; `Vary: *` is
 * as good as none [krakend/httpcache varyMatches].
 *
 * Requests that want the same at the same time wait for one of them, which KrakenD does not do.
 */
export class HttpCache {
  readonly #store: CacheStore;
  readonly #origin: string;
  readonly #clock: () => number;
  readonly #loners = new Loners();

  /** `clock` is ms since 1970. */
  constructor(store: CacheStore, origin: string, clock: () => number = Date.now) {
    this.#store = store;
    this.#origin = origin;
    this.#clock = clock;
  }

  /** A kept answer, or that of `fetch`, which may be asked with other headers than those of `call`. */
  async fetch(call: Call, fetch: Fetch, keepsFailures = false): Promise<Answer | UpstreamError> {
    if (typeof call.target !== "string") return fetch(call);
    const key = `${call.method} ${this.#origin}${call.target}`;
    // Quirk: a request for a part removes the whole [krakend/httpcache RoundTrip].
    if (!isKept(call)) {
      this.#store.delete(key);
      return fetch(call);
    }
    const directives = directivesOf(call.headers);
    const request = { key, call, directives, headers: [...call.headers], keepsFailures };
    const fresh = this.#fresh(request);
    if (fresh !== undefined) return fresh;
    if (directives.has("only-if-cached") && this.#store.get(key) === undefined)
      return { url: call.target, status: 504, headers: [], body: "" };
    return this.#mayWait(request) ? this.#together(request, fetch) : this.#ask(request, fetch);
  }

  /** The kept answer, if it is to be used as it is. */
  #fresh(request: Request): Answer | undefined {
    const entry = this.#store.get(request.key);
    if (entry === undefined || !suits(entry, request)) return undefined;
    const { answer, said } = entry;
    return freshnessOf(said, request.directives, this.#clock()) === "fresh" ? answer : undefined;
  }

  /** Not who wants a new answer, nor where answers are for one request only. */
  #mayWait({ key, directives }: Request): boolean {
    const isPlain = !directives.has("no-cache") && !directives.has("no-store");
    return isPlain && !this.#loners.has(key, this.#clock());
  }

  /** Asks for all who want the same now, or waits for the one who does. */
  async #together(request: Request, fetch: Fetch): Promise<Answer | UpstreamError> {
    for (;;) {
      const flight = this.#store.flights.get(request.key);
      if (flight === undefined) return this.#lead(request, fetch);
      const landing = await landingOf(flight, request.call.deadline);
      if (landing instanceof UpstreamError) return landing;
      const fresh = this.#fresh(request);
      if (fresh !== undefined) return fresh;
      if (landing !== "again") return this.#ask(request, fetch);
    }
  }

  async #lead(request: Request, fetch: Fetch): Promise<Answer | UpstreamError> {
    const { flights } = this.#store;
    let land: (landing: Landing) => void = () => {};
    flights.set(request.key, new Promise((resolve) => (land = resolve)));
    let landing: Landing = "again";
    try {
      const answer = await this.#ask(request, fetch);
      landing = answer instanceof UpstreamError ? landingOfFailure(answer) : this.#landingOf(request);
      return answer;
    } finally {
      flights.delete(request.key);
      land(landing);
    }
  }

  /** Whether the answer that has come is for others too. */
  #landingOf(request: Request): Landing {
    const now = this.#clock();
    if (this.#fresh(request) !== undefined) {
      this.#loners.delete(request.key);
      return "kept";
    }
    this.#loners.add(request.key, now);
    return "alone";
  }

  /** Asks the backend, about a kept answer if there is one. */
  async #ask(request: Request, fetch: Fetch): Promise<Answer | UpstreamError> {
    const entry = this.#store.get(request.key);
    if (entry === undefined || !suits(entry, request)) return this.#keep(request, await fetch(request.call));
    const freshness = freshnessOf(entry.said, request.directives, this.#clock());
    const call = freshness === "stale" ? withValidators(request.call, entry.answer) : request.call;
    const asked = [...call.headers];
    const answer = await fetch(call);
    if (isConfirmed(entry.answer, asked, answer)) return this.#keep(request, refreshed(entry.answer, answer));
    if (isFailure(answer) && this.#mayReplace(entry, request)) return entry.answer;
    return this.#keep(request, answer);
  }

  #mayReplace(entry: Entry, { call, directives }: Request): boolean {
    return call.method === "GET" && mayReplaceFailure(entry.said, directives, this.#clock());
  }

  /** Stores an answer that may be stored; any other one removes what was there. */
  #keep(request: Request, answer: Answer | UpstreamError): Answer | UpstreamError {
    if (!mayBeKept(request, answer)) {
      this.#store.delete(request.key);
      return answer;
    }
    const varied = variedOf(answer, request.headers);
    const kept = withHeaders(answer, [...answer.headers, ...variedHeaders(answer, varied)]);
    this.#store.set(request.key, { answer: kept, said: saidBy(kept.headers), varied });
    return kept;
  }
}

/**
 * KrakenD keeps what was read to its end: decoders read 200 and 201 only, a relay and the error
 * options of `backend/http` read every answer.
 */
function mayBeKept(request: Request, answer: Answer | UpstreamError): answer is Answer {
  if (answer instanceof UpstreamError || request.directives.has("no-store")) return false;
  // What it says of its age holds for the place that it came from, not for the way there.
  if (answer.isMoved === true) return false;
  const isRead = answer.status === 200 || answer.status === 201 || request.keepsFailures;
  return isRead && answer.status !== 304 && !directivesOf(answer.headers).has("no-store");
}

/** Quirk: a client of a relay sees what the answer varied with [krakend/httpcache RoundTrip]. */
function variedHeaders({ headers }: Answer, varied: Entry["varied"]): readonly string[] {
  const news = varied.filter(
    ([name, value]) => value !== "" && headerOf(headers, `x-varied-${name}`) === undefined,
  );
  return news.flatMap(([name, value]) => [`X-Varied-${canonical(name)}`, value]);
}

function canonical(lower: string): string {
  return lower.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

function isKept(call: Call): boolean {
  if (call.method !== "GET" && call.method !== "HEAD") return false;
  return (headerOf(call.headers, "range") ?? "") === "";
}

function isFailure(answer: Answer | UpstreamError): boolean {
  return answer instanceof UpstreamError || answer.status >= 500;
}

function variedOf(answer: Answer, headers: FlatHeaders): Entry["varied"] {
  return valuesOf(answer.headers, "vary").map((each) => {
    const name = each.toLowerCase();
    return [name, detached(headerOf(headers, name) ?? "")] as const;
  });
}

function suits(entry: Entry, { headers }: Request): boolean {
  return entry.varied.every(([name, value]) => (headerOf(headers, name) ?? "") === value);
}

/** The call with the validators of a kept answer in place of the client's own, if there are any. */
function withValidators(call: Call, kept: Answer): Call {
  const etag = headerOf(kept.headers, "etag");
  const modified = headerOf(kept.headers, "last-modified");
  if (etag === undefined && modified === undefined) return call;
  const headers = without(call.headers, new Set(["if-none-match", "if-modified-since"]));
  if (etag !== undefined) headers.push("If-None-Match", etag);
  if (modified !== undefined) headers.push("If-Modified-Since", modified);
  return { ...call, headers };
}

/** Whether a 304 is about this kept answer, and not about one that the client has. */
function isConfirmed(kept: Answer, asked: FlatHeaders, answer: Answer | UpstreamError): answer is Answer {
  if (answer instanceof UpstreamError || answer.status !== 304) return false;
  const etag = headerOf(kept.headers, "etag");
  if (etag !== undefined) return headerOf(asked, "if-none-match") === etag;
  const modified = headerOf(kept.headers, "last-modified");
  return modified !== undefined && headerOf(asked, "if-modified-since") === modified;
}

/** Headers of the connection, and those that describe a body that a 304 does not have. */
const NOT_REFRESHED = [
  ...["connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"],
  ...["transfer-encoding", "upgrade", "content-length", "content-encoding", "content-range"],
];

/** A kept answer with the headers of the 304 that confirmed it [RFC 9111 4.3.4]. */
function refreshed(kept: Answer, confirmation: Answer): Answer {
  const named = valuesOf(confirmation.headers, "connection").map((each) => each.toLowerCase());
  const news = without(confirmation.headers, new Set([...NOT_REFRESHED, ...named]));
  const renewed = new Set(news.filter((_each, index) => index % 2 === 0).map((each) => each.toLowerCase()));
  return withHeaders(kept, [...without(kept.headers, renewed), ...news]);
}

/** An answer of its own: what it came in must not stay in memory with it. */
function withHeaders({ url, status, body }: Answer, headers: FlatHeaders): Answer {
  return { url, status, headers, body };
}

function without(headers: FlatHeaders, names: ReadonlySet<string>): string[] {
  return headers.filter((_each, index) => !names.has(headers[index & ~1]!.toLowerCase()));
}

/** A copy of its own: a part of the request would keep the whole request in memory. */
function detached(text: ByteString): ByteString {
  return Buffer.from(text, "latin1").toString("latin1");
}
