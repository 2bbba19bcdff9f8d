// Backends one after the other, each with values of the answers before it.
// [lura proxy/merging.go sequentialMerge]
import type { ByteString } from "./bytes.js";
import { goText } from "./json/go-text.js";
import { memberText } from "./json/member-text.js";
import type { Keyed } from "./json/members.js";
import { isString, type JsonText, unquote } from "./json/text.js";
import { failed, Outcome } from "./outcome.js";
import { allFailed } from "./upstream-error.js";

/** The sooner of a deadline and so many milliseconds from now. */
export function within(deadline: number, ms: number): number {
  return Math.min(deadline, performance.now() + ms);
}

/**
 * What the answers so far and the next one are together: keys of the next win.
 * Quirk: it is written into the data of the first answer that has any, where later steps find it.
 */
export function combine(before: Outcome<Keyed>, next: Outcome<Keyed>): Outcome<Keyed> {
  if (next.data === undefined || next.error !== undefined) {
    const error = next.error === undefined ? undefined : allFailed([next.error]);
    return new Outcome<Keyed>(before.data, false, error);
  }
  const complete = before.complete && next.complete && before.data !== null && next.data !== null;
  if (before.data === null || before.data === undefined) {
    return new Outcome<Keyed>(next.data ?? new Map(), complete, undefined);
  }
  for (const [key, value] of next.data ?? []) before.data.set(key, value);
  return new Outcome(before.data, complete, undefined);
}

/** The answer of a sequence that its first backend ends: a failure is told as it is. */
export function cutShort(first: Outcome<Keyed>): Outcome<Keyed> {
  return first.error === undefined ? first : failed(first.error);
}

/**
 * The text that a value of an answer has in a path; undefined where it is not there.
 * Quirk: where the way ends early, the last key is looked up in the deepest object reached.
 */
export function valueText(
  data: Keyed | null | undefined,
  ...path: readonly ByteString[]
): ByteString | undefined {
  let deepest: Keyed | JsonText = data ?? new Map();
  for (const key of path.slice(0, -1)) {
    const next = memberOf(deepest, key);
    if (next === undefined || !next.startsWith("{")) break;
    deepest = next;
  }
  const value = memberOf(deepest, path.at(-1) ?? "");
  if (value === undefined) return undefined;
  return isString(value) ? unquote(value) : goText(value);
}

function memberOf(object: Keyed | JsonText, key: ByteString): JsonText | undefined {
  return typeof object === "string" ? memberText(object, key) : object.get(key);
}

/** The body of an answer that was kept whole; undefined where there is none. */
export function bodyText(outcome: Outcome<Keyed>): ByteString | undefined {
  const { answer } = outcome;
  return answer !== undefined && "body" in answer ? answer.body : undefined;
}
