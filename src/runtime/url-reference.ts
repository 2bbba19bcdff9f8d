// Where a reference leads, by Go's rules [Go net/url Parse, ResolveReference].
import type { ByteString } from "./bytes.js";
import { BadTarget, wirePath } from "./wire-path.js";

/** An absolute URL, taken apart. */
export interface Place {
  /** Lower case. */
  readonly scheme: string;
  /** `user:password` as written; undefined: none. */
  readonly user: string | undefined;
  /** Name or address, and port where there is one. */
  readonly authority: string;
  /** Ready to be sent, as is the query. */
  readonly path: ByteString;
  /** With its `?`; empty: none. */
  readonly query: ByteString;
}

/** What a reference says; parts that it does not mention are undefined. */
interface Reference {
  readonly scheme: string | undefined;
  readonly user: string | undefined;
  readonly authority: string | undefined;
  readonly path: ByteString;
  readonly query: ByteString;
}

/** The place that a reference means when it is read at `base`; a text says what is wrong with it. */
export function resolveReference(base: Place, text: ByteString): Place | string {
  const said = parseReference(text);
  if (typeof said === "string") return said;
  const { scheme = base.scheme, user, authority, path, query } = said;
  if (said.scheme !== undefined || authority !== undefined) {
    return { scheme, user, authority: authority ?? "", path: withoutDots("", path), query };
  }
  return {
    scheme,
    user: base.user,
    authority: base.authority,
    path: withoutDots(base.path, path),
    query: path === "" && query === "" ? base.query : query,
  };
}

/** `user@` and `host:port`. */
const AUTHORITY = /^(?:([\w.~!$&'()*+,;=:%-]*)@)?(\[[0-9A-Fa-f:.]+\]|[\w.~!$&'()*+,;=-]*)(:\d*)?$/;

function parseReference(text: ByteString): Reference | string {
  const [, scheme, rest = ""] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(.*)$/s.exec(text) ?? [];
  if (scheme === undefined) {
    if (rest.startsWith(":")) return "missing protocol scheme";
    if (/^[^/?#]*:/.test(rest)) return "first path segment in URL cannot contain colon";
  }
  const hasAuthority = rest.startsWith("//") && (scheme !== undefined || !rest.startsWith("///"));
  const [, authority, behind = rest] = hasAuthority ? (/^\/\/([^/?#]*)(.*)$/s.exec(rest) ?? []) : [];
  const wire = wirePath(behind);
  if (wire instanceof BadTarget) return wire.reason;
  const mark = wire.indexOf("?");
  const path = mark < 0 ? wire : wire.slice(0, mark);
  const query = mark < 0 ? "" : wire.slice(mark);
  const lower = scheme?.toLowerCase();
  if (authority === undefined) return { scheme: lower, user: undefined, authority, path, query };
  const [whole, user, name = "", port = ""] = AUTHORITY.exec(authority) ?? [];
  if (whole === undefined) return `invalid host ${JSON.stringify(authority)}`;
  return { scheme: lower, user, authority: name + port, path, query };
}

/** A path that is read at another one, with its `.` and `..` followed. */
function withoutDots(base: ByteString, path: ByteString): ByteString {
  const whole =
    path === "" ? base : path.startsWith("/") ? path : base.slice(0, base.lastIndexOf("/") + 1) + path;
  if (whole === "") return "";
  const kept: string[] = [];
  const segments = whole.replace(/^\//, "").split("/");
  for (const segment of segments) {
    if (segment === "..") kept.pop();
    else if (segment !== ".") kept.push(segment);
  }
  const last = segments.at(-1);
  const isFolder = (last === "." || last === "..") && kept.length > 0;
  return `/${kept.join("/")}${isFolder ? "/" : ""}`;
}
