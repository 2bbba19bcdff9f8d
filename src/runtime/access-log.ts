// The access log: one line for each request that reached the router, as KrakenD's router writes it.
// [gin logger.go defaultLogFormatter; lura router/gin/engine.go]
import type { ByteString } from "./bytes.js";
import { type Exchange, Place } from "./exchange.js";
import { fromUtf8, utf8 } from "./json/text.js";
import { clockText, oneLine, standardOutput } from "./lines.js";
import type { UpstreamError } from "./upstream-error.js";

/** Writes the line of a request that has been answered. */
export function logAccess(x: Exchange, status: number, durationMs: number): void {
  if (x.place === Place.outside) return;
  write(accessLine(x, status, durationMs));
}

const toStandardOutput = (lines: ByteString): void => standardOutput.write(lines);

let write: (lines: ByteString) => void = toStandardOutput;

/** From now on lines go there; undefined: to the standard output. */
export function setAccessWriter(next: ((lines: ByteString) => void) | undefined): void {
  write = next ?? toStandardOutput;
}

/** The line and, below it, what went wrong on the way to the answer. */
export function accessLine(x: Exchange, status: number, durationMs: number): ByteString {
  const latency = latencyText(durationMs);
  const target = x.query === "" ? x.path : `${x.path}?${x.query}`;
  const line = `[GIN] ${clockText()} | ${status} | ${latency} | ${x.clientIp.padStart(15)} | ${x.method.padEnd(7)}  ${quoted(target)}\n`;
  return x.failure === undefined ? line : line + failureLines(x.failure);
}

function failureLines(failure: UpstreamError): ByteString {
  const parts = failure.parts.length === 0 ? [failure] : failure.parts;
  return parts
    .map(({ message }, index) => `Error #${String(index + 1).padStart(2, "0")}: ${oneLine(message)}\n`)
    .join("");
}

const NOT_PLAIN = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;

function quoted(text: ByteString): ByteString {
  return NOT_PLAIN.test(text) ? quoteAsGo(text) : `"${text}"`;
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

/** A text in quotes; what cannot be printed is escaped, bytes that are not UTF-8 too [Go strconv.Quote]. */
export function quoteAsGo(bytes: ByteString): ByteString {
  const text = fromUtf8(bytes);
  if (text.includes("\ufffd") && utf8(text) !== bytes)
    return `"${bytes.replace(/[^\x20-\x7e]|["\\]/g, escapeByte)}"`;
  return utf8(`"${text.replace(/["\\]|[^ \p{L}\p{M}\p{N}\p{P}\p{S}]/gu, escapePoint)}"`);
}

function escapeByte(byte: string): string {
  return SHORT[byte] ?? `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

function escapePoint(char: string): string {
  const point = char.codePointAt(0)!;
  if (point < 0x80) return escapeByte(char);
  return point > 0xffff ? `\\U${hex(point, 8)}` : `\\u${hex(point, 4)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

/** The time a request took as Go prints durations, fewer digits the longer it is, right in 8 columns. */
export function latencyText(ms: number): ByteString {
  if (ms >= 1000) return secondsText(ms).padStart(8);
  if (ms > 1) return `${Math.floor(ms * 100) / 100}ms`.padStart(8);
  const ns = Math.round(ms * 1e6);
  if (ns < 1000) return (ns === 0 ? "0s" : `${ns}ns`).padStart(8);
  if (ns === 1e6) return "     1ms";
  // The sign of micro is two bytes in one column.
  return `${ns / 1000}\xc2\xb5s`.padStart(9);
}

function secondsText(ms: number): string {
  if (ms <= 60_000) return ms === 60_000 ? "1m0s" : `${Math.floor(ms / 10) / 100}s`;
  const seconds = Math.floor(ms / 10_000) * 10;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return `${hours > 0 ? `${hours}h` : ""}${minutes}m${seconds % 60}s`;
}
