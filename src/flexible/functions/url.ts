// URLs in parts and back [sprig url.go, Go net/url].
import { GoError, GoMap, type GoValue, typeOf } from "../values.js";

/** The parts of a URL under sprig's names; throws GoError for what is none. */
export function parseUrl(text: string): GoMap {
  const fail = (reason: string): never => {
    throw new GoError(`unable to parse url: parse ${JSON.stringify(text)}: ${reason}`);
  };
  if (/[\u0000-\u001f\u007f]/.test(text)) fail("net/url: invalid control character in URL");
  const [main = "", fragment = ""] = cut(text, "#");
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(main)?.[1]?.toLowerCase() ?? "";
  if (scheme === "" && main.startsWith(":")) fail("missing protocol scheme");
  const rest = scheme === "" ? main : main.slice(scheme.length + 1);
  const [before = "", query = ""] = cut(rest, "?");
  const isOpaque = scheme !== "" && !before.startsWith("/") && before !== "";
  const authority =
    !isOpaque && before.startsWith("//") ? (/^\/\/([^/]*)/.exec(before)?.[1] ?? "") : undefined;
  const path = isOpaque ? "" : authority === undefined ? before : before.slice(2 + authority.length);
  if (scheme === "" && authority === undefined && /^[^/]*:/.test(path))
    fail("first path segment in URL cannot contain colon");
  const { userinfo, host, hostname } = splitAuthority(authority ?? "", fail);
  return new GoMap([
    ["scheme", scheme],
    ["host", host],
    ["hostname", hostname],
    ["path", unescaped(path, fail)],
    ["query", query],
    ["opaque", isOpaque ? before : ""],
    ["fragment", unescaped(fragment, fail)],
    ["userinfo", userinfo],
  ]);
}

type Fail = (reason: string) => never;

function splitAuthority(authority: string, fail: Fail) {
  const at = authority.lastIndexOf("@");
  const host = authority.slice(at + 1);
  const port = /:([^\]:]*)$/.exec(host.replace(/^\[[^\]]*\]/, ""));
  if (port !== null && !/^\d*$/.test(port[1] ?? "")) fail(`invalid port ":${port[1]}" after host`);
  const hostname = (port === null ? host : host.slice(0, -port[0].length)).replace(/^\[|\]$/g, "");
  return { userinfo: at < 0 ? "" : authority.slice(0, at), host, hostname };
}

function cut(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function unescaped(text: string, fail: (reason: string) => never): string {
  const wrong = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(text);
  if (wrong !== null) fail(`invalid URL escape ${JSON.stringify(wrong[0])}`);
  return Buffer.from(
    text.replace(/%([0-9a-fA-F]{2})|[\u0080-\uffff]/g, (whole, hex?: string) =>
      hex === undefined
        ? Buffer.from(whole).toString("latin1")
        : String.fromCharCode(Number.parseInt(hex, 16)),
    ),
    "latin1",
  ).toString();
}

/** The URL that such parts make. */
export function joinUrl(parts: GoMap): string {
  const get = (name: string): string => textOf(parts.entries.get(name), name);
  const scheme = get("scheme");
  const opaque = get("opaque");
  const userinfo = get("userinfo");
  const host = get("host");
  const path = get("path");
  const query = get("query");
  const fragment = get("fragment");
  let text = scheme === "" ? "" : `${scheme}:`;
  if (opaque !== "") text += opaque;
  else {
    const hasAuthority = host !== "" || userinfo !== "" || (scheme !== "" && path.startsWith("//"));
    if (hasAuthority) text += `//${userinfo === "" ? "" : `${userinfo}@`}${host}`;
    const slash = path !== "" && !path.startsWith("/") && host !== "" ? "/" : "";
    text += slash + escaped(path);
  }
  return text + (query === "" ? "" : `?${query}`) + (fragment === "" ? "" : `#${escaped(fragment)}`);
}

function textOf(value: GoValue | undefined, name: string): string {
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  throw new GoError(`unable to parse ${name} key, must be of type string, but ${typeOf(value)} found`);
}

function escaped(path: string): string {
  return encodeURI(path)
    .replace(/%5B|%5D/g, (each) => (each === "%5B" ? "[" : "]"))
    .replace(/[#?]/g, encodeURIComponent);
}
