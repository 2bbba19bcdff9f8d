// Endpoint paths and url_patterns: their placeholders, and what the router makes of them.
// [lura config/config.go, uri.go]
import type { Late } from "../config/late.js";
import type { EarlierValue, PatternPiece } from "./model.js";

const RESERVED = /^[^/]|\*.|\/__(?:debug|echo|health)(?:\/.*)?$/s;
const STRICT_PARAM = /\/\{([a-zA-Z0-9_-]+)\}/g;
const LOOSE_PARAM = /\{([\w\-.:/]+)\}/g;
const FILLED_ELSEWHERE = /^(?:resp\d+_.+)?(?:JWT\.[\w\-.:/]+)?$/;

/** UTF-8 bytes of a text, one unit each: the form in which paths are matched and sent. */
export function utf8Bytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

export function isReservedPath(path: string): boolean {
  return RESERVED.test(path);
}

/** With exactly one slash of its own in front. */
export function withSlash(path: string): string {
  return `/${path.startsWith("/") ? path.slice(1) : path}`;
}

/** The parameters of an endpoint, in the part before a `?`. */
export function endpointParams(path: string, disableRest: boolean): readonly string[] {
  const part = path.split("?")[0] ?? "";
  return [...part.matchAll(disableRest ? LOOSE_PARAM : STRICT_PARAM)].map((match) => match[1]!);
}

/** `/users/{id}` -> `/users/:id`. */
export function routerPattern(path: string, disableRest: boolean): string {
  const [part = "", ...rest] = path.split("?");
  const converted = disableRest
    ? part.replace(LOOSE_PARAM, (_whole, name: string) => `:${name}`)
    : part.replace(STRICT_PARAM, (_whole, name: string) => `/:${name}`);
  return [converted, ...rest].join("?");
}

/** Names that the router gives to the parameters of its pattern: from a colon to the next slash. */
export function routerParams(pattern: string): readonly string[] {
  return [...pattern.matchAll(/:([^/]*)/g)].map((match) => match[1]!);
}

/** The placeholders of a url_pattern, sorted, without repetitions. */
export function patternParams(pattern: string): readonly string[] {
  return [...new Set([...pattern.matchAll(LOOSE_PARAM)].map((match) => match[1]!))].sort();
}

/**
 * What KrakenD says about placeholders that no parameter fills, or undefined.
 * Quirk: the alphabetically last placeholder is not counted against "too many".
 */
export function undefinedParam(
  inputs: readonly string[],
  outputs: readonly string[],
): { readonly name: string; readonly tooMany: boolean } | undefined {
  const own = outputs.filter((name) => !FILLED_ELSEWHERE.test(name));
  const missing = own.find((name) => !inputs.includes(name));
  if (missing === undefined) return undefined;
  const counted = outputs.slice(0, -1).filter((name) => !FILLED_ELSEWHERE.test(name));
  return { name: missing, tooMany: counted.length > new Set(inputs).size };
}

/** First letter upper case: the key under which KrakenD keeps a parameter. */
export function paramKey(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** `/u/{id}` -> `/u/{{.Id}}`: the form in KrakenD's logs and errors. */
export function patternText(parts: readonly PatternPart[]): string {
  return parts.map((part) => (typeof part === "string" ? templateText(part) : part.toString())).join("");
}

function templateText(pattern: string): string {
  return pattern.replace(LOOSE_PARAM, (_whole, name: string) => `{{.${paramKey(name)}}}`);
}

/** The fixed parts of a pattern, and what the environment says. */
export type PatternPart = string | Late;

/** The parts of a pattern, with a slash in front. */
export function patternParts(
  written: string,
  late: readonly PatternPart[] | undefined,
): readonly PatternPart[] {
  if (written.startsWith("/")) return late ?? [written];
  return ["/", ...(late ?? [written])];
}

const EARLIER_VALUE = /^Resp(\d+)_([\w.-]+)$/;

/**
 * What `{resp0_customer.id}` stands for, behind so many backends of a sequence; undefined where it
 * stands for nothing. [lura proxy/merging.go sequentialReplacements]
 */
export function earlierValue(placeholder: string, earlier: number): EarlierValue | undefined {
  const name = paramKey(placeholder);
  const [, digits = "", keys = ""] = EARLIER_VALUE.exec(name) ?? [];
  if (digits === "" || Number(digits) >= earlier) return undefined;
  return { name, backend: Number(digits), path: keys.split(".") };
}

/**
 * The pattern as texts and holes, behind so many backends of a sequence; a placeholder that nothing
 * fills stays as KrakenD would send it.
 */
export function patternPieces(
  parts: readonly PatternPart[],
  params: readonly string[],
  earlier: number,
): readonly PatternPiece[] {
  return parts.flatMap((part): readonly PatternPiece[] =>
    typeof part === "string" ? textPieces(part, params, earlier) : [{ kind: "late", late: part }],
  );
}

function textPieces(pattern: string, params: readonly string[], earlier: number): readonly PatternPiece[] {
  const byKey = new Map(params.map((name) => [paramKey(name), name]));
  const pieces: PatternPiece[] = [];
  let end = 0;
  for (const match of pattern.matchAll(LOOSE_PARAM)) {
    pieces.push({ kind: "text", text: pattern.slice(end, match.index) });
    pieces.push(holeOf(match[1]!, byKey, earlier) ?? { kind: "text", text: templateText(match[0]) });
    end = match.index + match[0].length;
  }
  pieces.push({ kind: "text", text: pattern.slice(end) });
  return pieces
    .filter((piece) => piece.kind !== "text" || piece.text !== "")
    .map((piece) => (piece.kind === "text" ? { kind: "text", text: utf8Bytes(piece.text) } : piece));
}

function holeOf(
  placeholder: string,
  params: ReadonlyMap<string, string>,
  earlier: number,
): PatternPiece | undefined {
  const param = params.get(paramKey(placeholder));
  if (param !== undefined) return { kind: "param", name: param };
  const value = earlierValue(placeholder, earlier);
  return value === undefined ? undefined : { kind: "earlier", ...value };
}
