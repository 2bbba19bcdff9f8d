// What a request gets that no route matches: a redirect to the path that was meant, 405 or 404.
// A route that is found is the generated router's business; this walks the same routes as data.
// [gin gin.go handleHTTPRequest, tree.go, path.go; Go net/http Redirect]
import { type ByteString, percentEncodeByte } from "./bytes.js";

/** A place in the radix tree of one method's routes; plain data, printed into the generated program. */
export interface RouteNode {
  /** The fixed bytes that lead here from the node above. */
  readonly prefix: ByteString;
  /** A route ends here. */
  readonly leaf?: true;
  /** The byte that each of `children` is chosen by. */
  readonly heads?: ByteString;
  readonly children?: readonly RouteNode[];
  /** What takes everything up to the next slash where no child leads to a route. */
  readonly param?: ParamNode;
  /** Takes all that is left of the path; such a node has nothing else. */
  readonly rest?: true;
}

/** A parameter of a route. */
export interface ParamNode {
  /** A route ends with this parameter. */
  readonly leaf?: true;
  /** What follows the parameter; its path starts with a slash. */
  readonly next?: RouteNode;
}

/** The trees in the order in which their methods were first registered. */
export type MethodTrees = readonly (readonly [method: string, root: RouteNode])[];

/** The options of the router block that decide here, none of them negated. */
export interface MissOptions {
  readonly redirectTrailingSlash: boolean;
  readonly redirectFixedPath: boolean;
  readonly methodNotAllowed: boolean;
  readonly removeExtraSlash: boolean;
}

export interface MissedRequest {
  readonly method: string;
  /** Percent-decoded. */
  readonly path: ByteString;
  /** As sent, without `?`. */
  readonly query: ByteString;
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
  | { readonly kind: "method-not-allowed"; readonly allow: string }
  | { readonly kind: "not-found" };

/** Decides what to answer where the router found nothing; `trees` as registered. */
export function miss(request: MissedRequest, trees: MethodTrees, options: MissOptions): Miss {
  const path = options.removeExtraSlash ? cleanPath(request.path) : request.path;
  const skipped: Skipped[] = [];
  const own = trees.find(([method]) => method === request.method)?.[1];
  if (own !== undefined) {
    const verdict = walk(own, path, skipped);
    const target =
      path === "/" || request.method === "CONNECT" ? undefined : redirected(request, own, verdict, options);
    if (target !== undefined) return redirect(request, target);
  }
  if (options.methodNotAllowed) {
    const others = trees.filter(([, root]) => root !== own && walk(root, path, skipped) === "match");
    if (others.length > 0)
      return { kind: "method-not-allowed", allow: others.map(([method]) => method).join(", ") };
  }
  return { kind: "not-found" };
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

// ---- the walk of the router ----

/** `twin`: gin recommends the same path with the other trailing slash, rightly or not. */
type Verdict = "match" | "twin" | "none";

/** A parameter that was passed by for a fixed text, where its value starts, and the text before it. */
interface Skipped {
  readonly param: ParamNode;
  readonly at: number;
  readonly from: number;
}

/** Whether a route of the tree takes the path [gin tree.go getValue]. */
export function matches(root: RouteNode, path: ByteString): boolean {
  return walk(root, path, []) === "match";
}

/** Whether gin recommends the path with the other trailing slash, for a path that matched nothing. */
export function trailingSlash(root: RouteNode, path: ByteString): boolean {
  return walk(root, path, []) === "twin";
}

/**
 * Fixed texts first, then back to the last parameter that was passed by.
 * Quirk: there is no way back from a parameter after which nothing fits, and none where gin sees the
 * other trailing slash, so some routes are never found [gin tree.go getValue].
 * Quirk: parameters that one tree left in `skipped` are tried in the next one.
 */
function walk(root: RouteNode, path: ByteString, skipped: Skipped[]): Verdict {
  let node = root;
  let at = 0;
  for (;;) {
    const ahead = fixedStep(node, node === root, path, at, skipped);
    if (typeof ahead === "string") return ahead;
    if (!("param" in ahead)) {
      at += node.prefix.length;
      node = ahead.child;
      continue;
    }
    const { param } = ahead;
    const end = segmentEnd(path, ahead.at);
    if (end === path.length) return param.leaf ? "match" : twinIf(hasSlashLeaf(param.next));
    if (param.next === undefined) return twinIf(end + 1 === path.length);
    node = param.next;
    at = end;
  }
}

/** From a node with fixed text: the child or the parameter to go on with, or the verdict. */
function fixedStep(
  node: RouteNode,
  isRoot: boolean,
  path: ByteString,
  at: number,
  skipped: Skipped[],
): { readonly child: RouteNode } | Skipped | Verdict {
  const end = at + node.prefix.length;
  if (!path.startsWith(node.prefix, at)) {
    if (isSlash(path, at) || isTwin(node, path, at)) return "twin";
    return wayBack(skipped, at) ?? "none";
  }
  if (end < path.length) {
    const child = childAt(node, path.charAt(end));
    if (child?.rest) return "match";
    if (child !== undefined) {
      if (node.param !== undefined) skipped.push({ param: node.param, at: end, from: at });
      return { child };
    }
    if (node.param !== undefined) return { param: node.param, at: end, from: at };
    return isSlash(path, end) ? twinIf(node.leaf === true) : (wayBack(skipped, end) ?? "none");
  }
  if (node.leaf) return "match";
  if (isSlash(path, at)) return twinIf(!isRoot);
  return wayBack(skipped, at) ?? twinIf(hasSlashChild(node));
}

/** Gin goes back to where at least as much of the path was left as now. */
function wayBack(skipped: Skipped[], at: number): Skipped | undefined {
  for (let last = skipped.pop(); last !== undefined; last = skipped.pop()) if (last.from <= at) return last;
  return undefined;
}

function twinIf(condition: boolean): Verdict {
  return condition ? "twin" : "none";
}

function childAt(node: RouteNode, head: string): RouteNode | undefined {
  return node.children?.[node.heads?.indexOf(head) ?? -1];
}

function segmentEnd(path: ByteString, start: number): number {
  const slash = path.indexOf("/", start);
  return slash < 0 ? path.length : slash;
}

/** Whether only a slash is left. */
function isSlash(path: ByteString, at: number): boolean {
  return at + 1 === path.length && path.endsWith("/");
}

/** Whether the rest of the path lacks only the final slash of the node. */
function isTwin({ prefix, leaf }: RouteNode, path: ByteString, at: number): boolean {
  return leaf === true && path.length - at + 1 === prefix.length && prefix === `${path.slice(at)}/`;
}

function hasSlashLeaf(next: RouteNode | undefined): boolean {
  return (next?.prefix === "/" && next.leaf === true) || (next?.prefix === "" && next.heads === "/");
}

function hasSlashChild(node: RouteNode): boolean {
  const child = childAt(node, "/");
  return child?.rest === true || (child?.prefix.length === 1 && child.leaf === true);
}

// ---- the look-up without letter case ----

/** A node to try. `pending`: bytes of a letter whose first bytes have been matched. */
interface Attempt {
  readonly node: RouteNode;
  readonly at: number;
  readonly pending: ByteString;
  readonly found: ByteString;
}

/** What to try, best first; a text is a path that was found. */
type Attempts = readonly (Attempt | ByteString)[];

/**
 * The path as its route is written, parameters as they came, or undefined. With `fixTrailingSlash`
 * also where it has a slash too many or too few at the end [gin tree.go findCaseInsensitivePath].
 */
export function caseInsensitive(
  root: RouteNode,
  path: ByteString,
  fixTrailingSlash: boolean,
): ByteString | undefined {
  const open: (Attempt | ByteString)[] = [{ node: root, at: 0, pending: "", found: "" }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next === "string") return next;
    open.push(...[...tried(next, path, fixTrailingSlash)].reverse());
  }
  return undefined;
}

function tried(attempt: Attempt, path: ByteString, fix: boolean): Attempts {
  const { node, at } = attempt;
  const end = at + node.prefix.length;
  // The first byte was compared when the node was chosen.
  const fits = end <= path.length && sameLetters(path.slice(at + 1, end), node.prefix.slice(1));
  if (!fits) return fix ? withOtherSlash(attempt, path) : [];
  const found = attempt.found + node.prefix;
  if (node.rest) return [found + path.slice(end)];
  if (end < path.length) return below(node, { ...attempt, at: end, found }, path, fix);
  if (node.leaf) return [found];
  return fix && hasSlashChild(node) ? [`${found}/`] : [];
}

/** Quirk: a last slash is taken off whether or not a route ends before it. */
function withOtherSlash({ node, at, found }: Attempt, path: ByteString): Attempts {
  if (isSlash(path, at)) return [found];
  const { prefix, leaf } = node;
  const isLonger = leaf === true && path.length - at + 1 === prefix.length && prefix.endsWith("/");
  return isLonger && sameLetters(path.slice(at + 1), prefix.slice(1, -1)) ? [found + prefix] : [];
}

/** Behind the fixed text of a node: its children by either case of the next letter, then its parameter. */
function below(node: RouteNode, passed: Attempt, path: ByteString, fix: boolean): Attempts {
  // Quirk: only a node with fixed children takes its bytes off the pending ones.
  const isPlain = node.param !== undefined && node.heads === undefined;
  const heads = isPlain ? [passed.pending] : pendingCases(node, passed, path);
  const attempts: (Attempt | ByteString)[] = [];
  for (const pending of heads) {
    const child = isPlain ? undefined : childAt(node, pending.charAt(0) || "\0");
    if (child !== undefined) attempts.push({ ...passed, node: child, pending });
  }
  if (node.param !== undefined) {
    return [...attempts, ...behind(node.param, { ...passed, pending: heads.at(-1) ?? "" }, path, fix)];
  }
  const isEnd = fix && node.leaf && isSlash(path, passed.at) && attempts.length === 0;
  return isEnd ? [passed.found] : attempts;
}

function behind(param: ParamNode, passed: Attempt, path: ByteString, fix: boolean): Attempts {
  const end = segmentEnd(path, passed.at);
  const found = passed.found + path.slice(passed.at, end);
  if (end < path.length) {
    if (param.next !== undefined) return [{ ...passed, node: param.next, at: end, found }];
    return fix && end + 1 === path.length ? [found] : [];
  }
  if (param.leaf) return [found];
  return fix && param.next?.prefix === "/" && param.next.leaf ? [`${found}/`] : [];
}

// ---- letters, which may be several bytes ----

/**
 * The bytes by which a child may be chosen: what is left of the letter that the node ends in, or the
 * lower and the upper case of the next one.
 * Quirk: bytes of a longer form stay behind those of a shorter one [gin tree.go].
 */
function pendingCases(
  { prefix }: RouteNode,
  { at, pending }: Attempt,
  path: ByteString,
): readonly ByteString[] {
  const unfinished = pending.slice(prefix.length);
  if (unfinished !== "" && !unfinished.startsWith("\0")) return [unfinished];
  const most = Math.min(prefix.length, 3);
  let back = 0;
  while (back < most && isInsideLetter(path.charCodeAt(at - back))) back += 1;
  const letter = back < most ? (lettersOf(path.slice(at - back, at - back + 4))[0] ?? "") : "\0";
  const forms = [...new Set([lowerCase(letter), upperCase(letter)])];
  const cases: ByteString[] = [];
  let behindIt = unfinished;
  for (const form of forms) {
    const bytes = Buffer.from(form, "utf8").latin1Slice();
    behindIt = (bytes + behindIt.slice(bytes.length)).slice(back);
    cases.push(behindIt);
  }
  return cases;
}

function isInsideLetter(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

const LETTERS =
  /[\0-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|[\x80-\xff]/g;

/** The letters of UTF-8 bytes; each byte that is none is U+FFFD, as Go reads it. */
function lettersOf(bytes: ByteString): readonly string[] {
  const parts = bytes.match(LETTERS) ?? [];
  return parts.map((part) => {
    if (part.length === 1) return part < "\x80" ? part : "\ufffd";
    return Buffer.from(part, "latin1").toString("utf8");
  });
}

/** Equal but for the case of letters [Go strings.EqualFold]. */
function sameLetters(one: ByteString, other: ByteString): boolean {
  return one === other || folded(one) === folded(other);
}

function folded(bytes: ByteString): string {
  return lettersOf(bytes)
    .map((letter) => (letter === "\u0131" ? letter : lowerCase(upperCase(letter))))
    .join("");
}

/** Go knows no case forms of another number of letters; its lower case of U+0130 is a plain i. */
function lowerCase(letter: string): string {
  if (letter === "\u0130") return "i";
  return oneLetter(letter.toLowerCase(), letter);
}

function upperCase(letter: string): string {
  return oneLetter(letter.toUpperCase(), letter);
}

function oneLetter(form: string, letter: string): string {
  return form.length > 2 || (form.length === 2 && form.codePointAt(0)! < 0x10000) ? letter : form;
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

function redirect({ method, query }: MissedRequest, path: ByteString): Miss {
  const url = redirectPath(path) + (query === "" ? "" : `?${query}`);
  const location = url.replace(/[\x80-\xff]/g, (byte) => percentEncodeByte(byte.charCodeAt(0)).toLowerCase());
  if (method !== "GET") return { kind: "redirect", status: 307, location, body: "" };
  const link = url.replace(/[&<>"']/g, (char) => MARKUP[char]!);
  return { kind: "redirect", status: 301, location, body: `<a href="${link}">Moved Permanently</a>.\n\n` };
}

/**
 * The percent-encoded path of a Location [Go net/http Redirect].
 * Quirk: what starts with two slashes is taken for a host and stays as it is.
 */
function redirectPath(path: ByteString): ByteString {
  const encoded = path.replace(/[^\w.~$&+,/:;=@-]/g, (char) => percentEncodeByte(char.charCodeAt(0)));
  if (/^\/\/(?!\/)(?:[^/]*@)?[^/@]/.test(encoded)) return encoded;
  // Quirk: a path that is not absolute is looked up below itself.
  const whole = encoded.startsWith("/") ? encoded : `${encoded.replace(/[^/]*$/, "") || "/"}${encoded}`;
  const cleaned = shortest(whole);
  return whole.endsWith("/") && !cleaned.endsWith("/") ? `${cleaned}/` : cleaned;
}
