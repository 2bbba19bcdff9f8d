// The spelling of the route that a path with other letter case was meant for. [gin tree.go]
import type { ByteString } from "./bytes.js";
import { lettersOf, lowerCase, sameLetters, upperCase } from "./letters.js";
import { childAt, hasSlashChild, isSlash, type ParamNode, type RouteNode } from "./route-walk.js";
import { segmentEnd } from "./routing.js";

/** A node to try. `pending`: bytes of a letter whose first bytes have been matched. */
interface Attempt {
  readonly node: RouteNode;
  readonly at: number;
  readonly pending: ByteString;
  readonly found: ByteString;
}

/** What to try, best first; a text is a path that was found. */
type Attempts = readonly (Attempt | ByteString)[];

interface Search {
  readonly path: ByteString;
  readonly fix: boolean;
  /** The pending bytes with which a node led nowhere: both cases of a letter often lead to one node. */
  readonly failed: Map<RouteNode, Set<ByteString>>;
}

/**
 * The path as its route is written, parameters as they came, or undefined. With `fixTrailingSlash`
 * also where it has a slash too many or too few at the end [gin tree.go findCaseInsensitivePath].
 */
export function caseInsensitive(
  root: RouteNode,
  path: ByteString,
  fixTrailingSlash: boolean,
): ByteString | undefined {
  const search: Search = { path, fix: fixTrailingSlash, failed: new Map() };
  const open: (Attempt | ByteString)[] = [{ node: root, at: 0, pending: "", found: "" }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next === "string") return next;
    open.push(...[...tried(next, search)].reverse());
  }
  return undefined;
}

function tried(attempt: Attempt, search: Search): Attempts {
  const { path, fix } = search;
  const { node, at } = attempt;
  const end = at + node.prefix.length;
  // The first byte was compared when the node was chosen. Quirk: so the others of its letter are no
  // letters by themselves and all alike: `/è` leads to `/é` beside `/a` [gin tree.go].
  const fits = end <= path.length && sameLetters(path.slice(at + 1, end), node.prefix.slice(1));
  if (!fits) return fix ? withOtherSlash(attempt, path) : [];
  const found = attempt.found + node.prefix;
  if (node.rest) return [found + path.slice(end)];
  if (end < path.length) return below(node, { ...attempt, at: end, found }, search);
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
function below(node: RouteNode, passed: Attempt, search: Search): Attempts {
  const { path, fix, failed } = search;
  // Quirk: only a node with fixed children takes its bytes off the pending ones.
  if (node.param !== undefined && node.heads === undefined) return behind(node.param, passed, search);
  const unfinished = passed.pending.slice(node.prefix.length);
  const tries = failed.get(node) ?? new Set();
  if (tries.has(unfinished)) return [];
  failed.set(node, tries.add(unfinished));
  const cases = pendingCases(node.prefix.length, passed.at, unfinished, path);
  const attempts: (Attempt | ByteString)[] = [];
  for (const pending of cases) {
    const child = childAt(node, pending.charAt(0) || "\0");
    if (child !== undefined) attempts.push({ ...passed, node: child, pending });
  }
  if (node.param !== undefined) {
    return [...attempts, ...behind(node.param, { ...passed, pending: cases.at(-1) ?? "" }, search)];
  }
  return fix && node.leaf && isSlash(path, passed.at) ? [...attempts, passed.found] : attempts;
}

function behind(param: ParamNode, passed: Attempt, { path, fix }: Search): Attempts {
  const end = segmentEnd(path, passed.at);
  const found = passed.found + path.slice(passed.at, end);
  if (end < path.length) {
    if (param.next !== undefined) return [{ ...passed, node: param.next, at: end, found }];
    return fix && end + 1 === path.length ? [found] : [];
  }
  if (param.leaf) return [found];
  return fix && param.next?.prefix === "/" && param.next.leaf ? [`${found}/`] : [];
}

/**
 * The bytes by which a child may be chosen: what is left of the letter that the `passed` bytes of the
 * node end in, or the lower and the upper case of the next one.
 * Quirk: bytes of a longer form stay behind those of a shorter one [gin tree.go].
 */
function pendingCases(
  passed: number,
  at: number,
  unfinished: ByteString,
  path: ByteString,
): readonly ByteString[] {
  if (unfinished !== "" && !unfinished.startsWith("\0")) return [unfinished];
  const most = Math.min(passed, 3);
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
