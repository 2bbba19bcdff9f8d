// What a request gets that no route matches: a redirect to the path that was meant, 405 or 404.
// A route that is found is the generated router's business; this walks the same routes as data.
// [gin gin.go handleHTTPRequest, tree.go, path.go; Go net/http Redirect]
import { type ByteString, percentEncodeByte } from "./bytes.js";
import { caseInsensitive } from "./route-spelling.js";
import { type RouteNode, type Skipped, type Verdict, walk } from "./route-walk.js";

export { caseInsensitive } from "./route-spelling.js";
export { matches, type ParamNode, type RouteNode, trailingSlash } from "./route-walk.js";

/** The trees in the order in which their methods were first registered. */
export type MethodTrees = readonly (readonly [method: string, root: RouteNode])[];

/** The options of the router block that decide here, none of them negated. */
export interface MissOptions {
  readonly redirectTrailingSlash: boolean;
  readonly redirectFixedPath: boolean;
  readonly methodNotAllowed: boolean;
  readonly removeExtraSlash: boolean;
  /** Parameters on a way that led nowhere are checked as those of a route are. */
  readonly checkParams: boolean;
}

export interface MissedRequest {
  readonly method: string;
  /** Percent-decoded. */
  readonly path: ByteString;
  /** As sent, without `?`. */
  readonly query: ByteString;
  /** The target ends with `?`: so does the Location [Go net/url String]. */
  readonly bareMark?: boolean;
  /** Scheme and host of a target that names them, else empty. */
  readonly origin?: ByteString;
  /** The header X-Forwarded-Prefix. */
  readonly forwardedPrefix: ByteString | undefined;
}

/** `location` and `body` are ready to be sent; `body` is HTML, empty for all but GET. */
export type Miss =
  | {
      readonly kind: "redirect";
      readonly status: 301 | 307;
      readonly location: ByteString;
      readonly body: ByteString;
    }
  | { readonly kind: "method-not-allowed"; readonly allow: string; readonly params: readonly ByteString[] }
  | { readonly kind: "not-found"; readonly params: readonly ByteString[] };

/** Decides what to answer where the router found nothing; `trees` as registered. */
export function miss(request: MissedRequest, trees: MethodTrees, options: MissOptions): Miss {
  const path = options.removeExtraSlash ? cleanPath(request.path) : request.path;
  const skipped: Skipped[] = [];
  const params: ByteString[] = [];
  const own = trees.find(([method]) => method === request.method)?.[1];
  if (own !== undefined) {
    const verdict = walk(own, path, skipped, params);
    const target =
      path === "/" || request.method === "CONNECT" ? undefined : redirected(request, own, verdict, options);
    if (target !== undefined) return redirect(request, target);
  }
  if (options.methodNotAllowed) {
    const others = trees.filter(([, root]) => root !== own && walk(root, path, skipped) === "match");
    const allow = others.map(([method]) => method).join(", ");
    if (allow !== "") return { kind: "method-not-allowed", allow, params };
  }
  return { kind: "not-found", params };
}

/** The decoded path to go to, in gin's two attempts: the other trailing slash, then letter case and all. */
function redirected(
  { path, forwardedPrefix }: MissedRequest,
  root: RouteNode,
  verdict: Verdict,
  options: MissOptions,
): ByteString | undefined {
  if (verdict === "twin" && options.redirectTrailingSlash) return slashTwin(path, forwardedPrefix ?? "");
  return options.redirectFixedPath ? caseInsensitive(root, cleanPath(path), true) : undefined;
}

function slashTwin(path: ByteString, forwardedPrefix: ByteString): ByteString {
  const cleaned = shortest(forwardedPrefix);
  const prefix = cleaned.replace(/[^A-Za-z0-9/-]+/g, "").replace(/\/{2,}/g, "/");
  const whole = cleaned === "." ? path : `${prefix}/${path}`;
  return whole.length > 1 && whole.endsWith("/") ? whole.slice(0, -1) : `${whole}/`;
}

// ---- paths and redirects ----

/** The path without empty, `.` and `..` segments; a slash at its end stays [gin path.go cleanPath]. */
export function cleanPath(path: ByteString): ByteString {
  const cleaned = shortest(`/${path}`);
  const isOpen = /(?:^|\/)\.?$/.test(path);
  return isOpen && cleaned !== "/" ? `${cleaned}/` : cleaned;
}

/** The shortest name of a path, absolute or not; no slash at its end [Go path.Clean]. */
function shortest(path: ByteString): ByteString {
  const isAbsolute = path.startsWith("/");
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment !== "..") {
      if (segment !== "" && segment !== ".") segments.push(segment);
    } else if (segments.length > 0 && segments.at(-1) !== "..") segments.pop();
    else if (!isAbsolute) segments.push(segment);
  }
  const joined = segments.join("/");
  return isAbsolute ? `/${joined}` : joined || ".";
}

const MARKUP: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&#34;",
  "'": "&#39;",
};

function redirect({ method, query, bareMark, origin = "" }: MissedRequest, path: ByteString): Miss {
  const url = origin + redirectPath(path) + (query === "" && bareMark !== true ? "" : `?${query}`);
  const location = url.replace(/[\x80-\xff]/g, (byte) => percentEncodeByte(byte.charCodeAt(0)).toLowerCase());
  if (method !== "GET") return { kind: "redirect", status: 307, location, body: "" };
  const link = url.replace(/[&<>"']/g, (char) => MARKUP[char]!);
  return { kind: "redirect", status: 301, location, body: `<a href="${link}">Moved Permanently</a>.\n\n` };
}

/**
 * The percent-encoded path of a Location [Go net/http Redirect]. KrakenD leaves a path that starts
 * with two slashes as it is, and so sends the client to a host of the sender's choice; here the
 * slashes become one, and the client stays.
 */
function redirectPath(path: ByteString): ByteString {
  const encoded = path.replace(/[^\w.~$&+,/:;=@-]/g, (char) => percentEncodeByte(char.charCodeAt(0)));
  // Quirk: a path that is not absolute is looked up below itself.
  const whole = encoded.startsWith("/")
    ? encoded
    : `${encoded.slice(0, encoded.lastIndexOf("/") + 1) || "/"}${encoded}`;
  const cleaned = shortest(whole);
  return whole.endsWith("/") && !cleaned.endsWith("/") ? `${cleaned}/` : cleaned;
}
