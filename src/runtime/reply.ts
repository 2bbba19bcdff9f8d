// The writers of replies [lura router/gin/endpoint.go, render.go].

import type { ByteString } from "./bytes.js";
import type { Exchange, FlatHeaders } from "./exchange.js";
import { headerOf } from "./forward.js";
import { document, type Keyed } from "./json/members.js";
import { isString, type JsonText, type Members, unquote } from "./json/text.js";
import { logFailure } from "./log.js";
import type { Outcome } from "./outcome.js";
import { prepared } from "./prepared-headers.js";
import type { Answer } from "./received-answer.js";
import { sniff } from "./sniff.js";
import type { StreamedAnswer } from "./upstream-answer.js";
import { UpstreamError } from "./upstream-error.js";

const JSON_TYPE = "application/json; charset=utf-8";
const TEXT_TYPE = "text/plain; charset=utf-8";

/** What every reply of a route starts with: the name of the gateway, chosen at build. */
export type Banner = readonly [name: "X-Krakend", value: string];

/** Names the KrakenD version whose behaviour is served. */
export const BANNER: Banner = ["X-Krakend", "Version 2.13.8"];

/** With `hide_version_header`. */
export const HIDDEN_BANNER: Banner = ["X-Krakend", "Version undefined"];

/**
 * Headers of a reply with data: complete answers may be cached, if the route has a `cache_ttl`.
 * Quirk: a complete answer without any data counts as incomplete [lura router/gin/endpoint.go].
 */
export function dataHeaders(
  banner: Banner,
  contentType: string,
  outcome: Outcome<Members | Keyed>,
  empty: boolean,
  cacheControl: string | undefined,
): string[] {
  const completed = outcome.complete && !empty;
  const headers = [
    "Content-Type",
    contentType,
    ...banner,
    "X-Krakend-Completed",
    completed ? "true" : "false",
  ];
  if (completed && cacheControl !== undefined) headers.push("Cache-Control", cacheControl);
  return headers;
}

/** Sends the data as a JSON document. */
export function replyJson(
  x: Exchange,
  banner: Banner,
  label: string,
  outcome: Outcome,
  cacheControl?: string,
): void {
  const { data } = outcome;
  if (outcome.error !== undefined) note(x, label, outcome.error);
  const empty = data === null || data === undefined || data === "";
  const headers = jsonHeaders(banner, outcome, empty, cacheControl);
  x.send(200, headers, data === null || data === undefined ? "null" : document(data));
}

interface JsonHeaders {
  readonly banner: Banner;
  readonly headers: FlatHeaders;
}

/** By `Cache-Control`, of which a configuration has few: of complete answers, and of the others. */
const complete = new Map<string | undefined, JsonHeaders>();
const incomplete = new Map<string | undefined, JsonHeaders>();

function jsonHeaders(
  banner: Banner,
  outcome: Outcome,
  empty: boolean,
  cacheControl: string | undefined,
): FlatHeaders {
  const all = outcome.complete && !empty ? complete : incomplete;
  const known = all.get(cacheControl);
  if (known?.banner === banner) return known.headers;
  const headers = prepared(dataHeaders(banner, JSON_TYPE, outcome, empty, cacheControl));
  all.set(cacheControl, { banner, headers });
  return headers;
}

/** Sends the value of `collection`, or an empty list when there is none. */
export function replyCollection(
  x: Exchange,
  banner: Banner,
  label: string,
  outcome: Outcome<Keyed>,
  cacheControl?: string,
): void {
  const headers = valueHeaders(x, banner, JSON_TYPE, label, outcome, cacheControl);
  x.send(200, headers, outcome.data?.get("collection") ?? "[]");
}

/** Sends the text under `content`; nothing when there is none or when it is not a text. */
export function replyString(
  x: Exchange,
  banner: Banner,
  label: string,
  outcome: Outcome<Keyed>,
  cacheControl?: string,
): void {
  const content: JsonText | undefined = outcome.data?.get("content");
  const headers = valueHeaders(x, banner, TEXT_TYPE, label, outcome, cacheControl);
  x.send(200, headers, content !== undefined && isString(content) ? unquote(content) : "");
}

function valueHeaders(
  x: Exchange,
  banner: Banner,
  contentType: string,
  label: string,
  outcome: Outcome<Keyed>,
  cacheControl: string | undefined,
): string[] {
  if (outcome.error !== undefined) note(x, label, outcome.error);
  return dataHeaders(banner, contentType, outcome, (outcome.data?.size ?? 0) === 0, cacheControl);
}

/** Replies that there is no answer: the status of the failure, or 500, and no text. */
export function replyFailure(
  x: Exchange,
  banner: Banner,
  label: string,
  error: UpstreamError | undefined,
): void {
  if (error !== undefined) note(x, label, error);
  x.send(error?.status || 500, [...banner, "X-Krakend-Completed", "false"], "");
}

/** The same with the text of the failure, for `return_error_msg`. */
export function replyFailureText(
  x: Exchange,
  banner: Banner,
  label: string,
  error: UpstreamError | undefined,
): void {
  if (error === undefined) return replyFailure(x, banner, label, error);
  note(x, label, error);
  const headers = [...banner, "X-Krakend-Completed", "false"];
  if (error.message !== "") headers.push("Content-Type", error.contentType ?? sniff(error.message));
  x.send(error.status || 500, headers, error.message);
}

/** Says what went wrong: to the log of the application, and to the observers of the server. */
export function note(x: Exchange, label: string, error: UpstreamError): void {
  x.failure = error;
  logFailure(label, error);
}

/**
 * Replies with a status and nothing else, as the layers around a route do; the reason is for the
 * access log.
 */
export function replyEmpty(x: Exchange, status: number, reason?: ByteString): void {
  if (reason !== undefined) x.failure = new UpstreamError("layer", reason, status);
  x.send(status, [], "");
}

/** Replies with a fixed text, as the router does. */
export function replyText(x: Exchange, status: number, headers: readonly string[], body: ByteString): void {
  x.send(status, headers, body);
}

const NOT_RELAYED = new Set([
  "connection",
  "transfer-encoding",
  "keep-alive",
  "proxy-connection",
  "upgrade",
  "trailer",
]);

/** Headers of an upstream answer that a client of the gateway may see [RFC 9110 7.6.1]. */
function relayedHeaders(
  first: readonly string[],
  answer: Answer | StreamedAnswer,
  hidden: readonly string[] = [],
): string[] {
  const headers: string[] = [...first];
  for (let index = 0; index < answer.headers.length; index += 2) {
    const name = answer.headers[index]!;
    const lower = name.toLowerCase();
    if (!NOT_RELAYED.has(lower) && !hidden.includes(lower)) headers.push(name, answer.headers[index + 1]!);
  }
  return headers;
}

/** Hands the answer of a backend to the client as it is. */
export function relay(x: Exchange, banner: Banner, answer: StreamedAnswer | Answer): void {
  relayBehind(x, [...banner, "X-Krakend-Completed", "false"], answer);
}

/** The same behind headers of the gateway. */
function relayBehind(x: Exchange, first: readonly string[], answer: StreamedAnswer | Answer): void {
  if ("pipe" in answer) relayStream(x, first, answer);
  else relayWhole(x, first, answer);
}

/**
 * Hands over an answer that has data beside its body, or data without an answer.
 * Quirk: with data the answer counts as complete, and its headers are sent twice, by the handler
 * and by the renderer [lura router/gin/endpoint.go, render.go].
 */
export function relayFilled(
  x: Exchange,
  banner: Banner,
  label: string,
  outcome: Outcome,
  cacheControl?: string,
): void {
  const { answer, complete, data, error } = outcome;
  if (error !== undefined) logFailure(label, error);
  if (answer !== undefined && !data) return relay(x, banner, answer);
  const first = [...banner, "X-Krakend-Completed", complete && data ? "true" : "false"];
  if (complete && data && cacheControl !== undefined) first.push("Cache-Control", cacheControl);
  if (answer === undefined) return x.send(200, first, "");
  relayBehind(x, relayedHeaders(first, answer, ["content-length"]), answer);
}

/**
 * While it arrives. The client's pace is the backend's: reading stops while the client does not
 * take more.
 */
function relayStream(x: Exchange, first: readonly string[], answer: StreamedAnswer): void {
  if (answer.bare) {
    answer.discard();
    // A length without a body would be taken from the next answer [RFC 9110 8.6].
    x.send(answer.status, relayedHeaders(first, answer, ["content-length"]), "");
    return;
  }
  const headers = relayedHeaders(first, answer);
  answer.pipe((start) => {
    if (start.length > 0 && headerOf(answer.headers, "content-type") === undefined) {
      headers.push("Content-Type", sniff(startOf(start)));
    }
    return x.stream(answer.status || 200, headers);
  });
}

function startOf(bytes: Uint8Array): ByteString {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 512)).latin1Slice();
}

/** An answer that is there as a whole. */
function relayWhole(x: Exchange, first: readonly string[], answer: Answer): void {
  const unzipped = headerOf(answer.headers, "content-encoding") === "gzip";
  const headers = relayedHeaders(
    first,
    answer,
    unzipped ? ["content-length", "content-encoding"] : ["content-length"],
  );
  if (headerOf(headers, "content-type") === undefined && answer.body !== "") {
    headers.push("Content-Type", sniff(answer.body));
  }
  x.send(answer.status || 200, headers, answer.body);
}
