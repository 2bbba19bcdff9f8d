// Hosts, the redirect to https, and nonces. [unrolled/secure secure.go, csp.go; Go net/http Redirect, Error]
import { randomBytes } from "node:crypto";
import { type ByteString, percentEncodeByte } from "../../runtime/bytes.js";
import type { Exchange } from "../../runtime/exchange.js";
import { sameLetters } from "../../runtime/letters.js";
import type { RegularExpression } from "../../runtime/regular.js";
import { wirePath } from "../../runtime/wire-path.js";

/** Hosts that may be asked for: whole, port included, whatever the case of the letters. */
export class AllowedHosts {
  readonly #hosts: readonly ByteString[];

  constructor(hosts: readonly ByteString[]) {
    this.#hosts = hosts;
  }

  allow(host: ByteString): boolean {
    return this.#hosts.includes(host) || this.#hosts.some((each) => sameLetters(each, host));
  }
}

/** Hosts that match a pattern. Quirk: here the case of letters counts. */
export class HostPatterns {
  readonly #patterns: readonly RegularExpression[];

  constructor(...patterns: readonly RegularExpression[]) {
    this.#patterns = patterns;
  }

  allow(host: ByteString): boolean {
    return this.#patterns.some((pattern) => pattern.matches(host));
  }
}

/** The host that was asked for: the first of the headers that is not empty, else `Host`. */
export function hostOf(x: Exchange, ...headers: readonly string[]): ByteString {
  for (const name of headers) {
    const value = x.header(name) ?? "";
    if (value !== "") return value;
  }
  return x.host;
}

/** Replies that the host is none of ours. */
export function replyBadHost(x: Exchange): void {
  const headers = ["Content-Type", "text/plain; charset=utf-8", "X-Content-Type-Options", "nosniff"];
  x.send(500, headers, "Bad Host\n");
}

const MARKUP: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&#34;",
  "'": "&#39;",
};

/** Redirects to the same path and query over https. */
export function redirectToHttps(x: Exchange, host: ByteString): void {
  const url = `https://${host}${targetOf(x)}`;
  const location = url.replace(/[\x80-\xff]/g, (byte) => percentEncodeByte(byte.charCodeAt(0)).toLowerCase());
  const hasText = x.method === "GET" || x.method === "HEAD";
  const type = hasText ? ["Content-Type", "text/html; charset=utf-8"] : [];
  const link = url.replace(/[&<>"']/g, (char) => MARKUP[char]!);
  const body = x.method === "GET" ? `<a href="${link}">Moved Permanently</a>.\n\n` : "";
  x.send(301, [...type, "Location", location], body);
}

const UNESCAPED_IN_PATH = /[^\w.~$&+,/:;=@-]/g;

/** As it was sent, where it was sent as a path of characters that may stand in one. */
function targetOf(x: Exchange): ByteString {
  const sent = x.target.startsWith("/") ? wirePath(x.target) : undefined;
  if (typeof sent === "string") return sent;
  const path = x.path.replace(UNESCAPED_IN_PATH, (char) => percentEncodeByte(char.charCodeAt(0)));
  return x.query === "" ? path : `${path}?${x.query}`;
}

/** `'nonce-...'` of 16 random bytes, for a Content-Security-Policy. */
export function nonce(): string {
  return `'nonce-${randomBytes(16).toString("base64").slice(0, 22)}'`;
}
