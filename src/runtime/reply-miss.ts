// What a request gets that no route matched [gin gin.go; lura router/gin/engine.go].
import { type Exchange, Place } from "./exchange.js";
import { type MethodTrees, type MissOptions, miss } from "./misses.js";
import type { Banner } from "./reply.js";

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
  const { method, path, query } = x;
  const found = miss(
    { method, path, query, forwardedPrefix: x.header("x-forwarded-prefix") },
    trees,
    options,
  );
  switch (found.kind) {
    case "redirect": {
      x.place = Place.outside;
      const type = found.body === "" ? [] : ["Content-Type", "text/html; charset=utf-8"];
      return x.send(found.status, [...type, "Location", found.location], found.body);
    }
    case "method-not-allowed":
      return replyStatus(
        x,
        banner,
        405,
        ["Allow", found.allow],
        bodies.methodNotAllowed,
        "405 method not allowed",
      );
    case "not-found":
      return replyStatus(x, banner, 404, [], bodies.notFound, "404 page not found");
  }
}

function replyStatus(
  x: Exchange,
  banner: Banner,
  status: number,
  extra: readonly string[],
  json: string | undefined,
  text: string,
): void {
  const type = json === undefined ? "text/plain" : "application/json; charset=utf-8";
  const headers = ["Content-Type", type, ...extra, ...banner, "X-Krakend-Completed", "false"];
  x.send(status, headers, json ?? text);
}
