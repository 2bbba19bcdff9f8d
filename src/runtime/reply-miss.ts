// What a request gets that no route matched [gin gin.go; lura router/gin/engine.go].
import type { ByteString } from "./bytes.js";
import { type Exchange, Place } from "./exchange.js";
import type { Guard } from "./guard.js";
import { type MethodTrees, type Miss, type MissOptions, miss } from "./misses.js";
import { refuseParams } from "./params.js";
import type { Banner } from "./reply.js";
import { addHeaders } from "./reply-headers.js";

/** JSON documents of the `error_body` option; undefined: KrakenD's plain texts. */
export interface MissBodies {
  readonly notFound: string | undefined;
  readonly methodNotAllowed: string | undefined;
}

export function replyMiss(
  x: Exchange,
  banner: Banner,
  trees: MethodTrees,
  options: MissOptions,
  bodies: MissBodies,
): void {
  const found = find(x, trees, options);
  if (found.kind === "method-not-allowed") addHeaders(x, ["Allow", found.allow]);
  if (!isRefused(x, found, options)) replyFound(x, banner, found, bodies);
}

/** Quirk: parameters are checked too where they led to no route [lura router/gin/engine.go paramChecker]. */
function isRefused(x: Exchange, found: Miss, { checkParams }: MissOptions): boolean {
  return checkParams && found.kind !== "redirect" && refuseParams(x, ...found.params);
}

/**
 * The same behind a guard, which a redirect does not pass. Quirk: what the guard replies, or the check
 * of parameters, carries `Allow` where the path exists under other methods [gin gin.go handleHTTPRequest].
 */
export async function replyGuardedMiss(
  x: Exchange,
  banner: Banner,
  trees: MethodTrees,
  options: MissOptions,
  bodies: MissBodies,
  guard: Guard,
): Promise<void> {
  const found = find(x, trees, options);
  if (found.kind === "method-not-allowed") addHeaders(x, ["Allow", found.allow]);
  if (isRefused(x, found, options)) return;
  if (found.kind !== "redirect" && (await guard(x)) !== true) return;
  replyFound(x, banner, found, bodies);
}

function find(x: Exchange, trees: MethodTrees, options: MissOptions): Miss {
  const { method, path, query } = x;
  const request = {
    method,
    path,
    query,
    bareMark: x.target.endsWith("?"),
    origin: originOf(x.target),
    forwardedPrefix: x.header("x-forwarded-prefix"),
  };
  return miss(request, trees, options);
}

function replyFound(x: Exchange, banner: Banner, found: Miss, bodies: MissBodies): void {
  switch (found.kind) {
    case "redirect": {
      x.place = Place.outside;
      const type = found.body === "" ? [] : ["Content-Type", "text/html; charset=utf-8"];
      return x.send(found.status, [...type, "Location", found.location], found.body);
    }
    case "method-not-allowed":
      return replyStatus(x, banner, 405, bodies.methodNotAllowed, "405 method not allowed");
    case "not-found":
      return replyStatus(x, banner, 404, bodies.notFound, "404 page not found");
  }
}

/** A client that names the host in its target gets it back [Go net/http Redirect]. */
function originOf(target: ByteString): ByteString {
  return target.startsWith("/") ? "" : (/^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?]*/.exec(target)?.[0] ?? "");
}

function replyStatus(
  x: Exchange,
  banner: Banner,
  status: number,
  json: string | undefined,
  text: string,
): void {
  const type = json === undefined ? "text/plain" : "application/json; charset=utf-8";
  const headers = ["Content-Type", type, ...banner, "X-Krakend-Completed", "false"];
  x.send(status, headers, json ?? text);
}
