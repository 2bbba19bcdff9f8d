// Go's URL rules for what clients send into a url_pattern [Go net/url, lura proxy/balancing.go].

import { type ByteString, malformedEscape, percentDecode, percentEncodeByte } from "./bytes.js";
import type { Answer } from "./received-answer.js";

/** A target that no URL parser accepts; the upstream client turns it into an error with the host in it. */
export class BadTarget {
  readonly target: ByteString;
  readonly reason: string;

  constructor(target: ByteString, reason: string) {
    this.target = target;
    this.reason = reason;
  }
}

const LEGAL_PATH = /^(?:[\w.~!$&'()*+,;=:@/[\]-]|%[0-9A-Fa-f]{2})*$/;
const CONTROL = /[\x00-\x1f\x7f]/;
const UNESCAPED_IN_PATH = /[^\w.~$&+,/:;=@-]/g;

/**
 * The path and query to send for a url_pattern whose parameters are filled in. A path of legal
 * characters is sent as it is; any other is decoded and encoded anew as a whole. `#` and what
 * follows is dropped. The query is sent raw, whatever bytes it holds.
 */
export function wirePath(filled: ByteString): ByteString | BadTarget {
  if (CONTROL.test(filled)) return new BadTarget(filled, "net/url: invalid control character in URL");
  const hash = filled.indexOf("#");
  const text = hash < 0 ? filled : filled.slice(0, hash);
  const mark = text.indexOf("?");
  const path = mark < 0 ? text : text.slice(0, mark);
  const encoded = LEGAL_PATH.test(path) ? path : encodePath(path);
  if (encoded === undefined)
    return new BadTarget(filled, `invalid URL escape ${JSON.stringify(malformedEscape(path))}`);
  return mark < 0 ? encoded : encoded + text.slice(mark);
}

function encodePath(path: ByteString): string | undefined {
  return percentDecode(path)?.replace(UNESCAPED_IN_PATH, (char) => percentEncodeByte(char.charCodeAt(0)));
}

/**
 * Stands for the call where a blank in the query would break the request line: KrakenD sends such a
 * line, and the backend refuses it with 400 and nothing more. A line that no server should read is
 * not sent, but counts as refused. Undefined: the target can be sent.
 */
export function brokenRequestLine(target: ByteString | BadTarget, host: ByteString): Answer | undefined {
  if (target instanceof BadTarget || !target.includes(" ")) return undefined;
  return { url: host + target, status: 400, headers: [], body: "" };
}

/** Appends the client's query to a target that may have one of its own. */
export function withQuery(target: ByteString | BadTarget, query: ByteString): ByteString | BadTarget {
  if (query === "" || target instanceof BadTarget) return target;
  const mark = target.indexOf("?");
  if (mark < 0) return `${target}?${query}`;
  return mark === target.length - 1 ? target + query : `${target}&${query}`;
}
