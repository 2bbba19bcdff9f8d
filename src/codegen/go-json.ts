// JSON that Go decoded from the configuration and prints again [Go encoding/json].
import { Late } from "../config/late.js";
import { canonicalKey } from "./keys.js";

/** A late value is a mark. Keys in byte order, `<`, `>` and `&` escaped, numbers as doubles. A byte string. */
export function goJson(value: unknown): string {
  if (value instanceof Late) return value.mark;
  if (Array.isArray(value)) return `[${value.map(goJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = goMembers(value).map(([key, text]) => `"${key}":${text}`);
    return `{${members.join(",")}}`;
  }
  if (typeof value === "string") return `"${canonicalKey(value)}"`;
  return Object.is(value, -0) ? "-0" : JSON.stringify(value);
}

/** The members of an object: keys and values as they are printed. */
export function goMembers(value: object): readonly (readonly [key: string, text: string])[] {
  const members = Object.entries(value).map(([key, each]) => [canonicalKey(key), goJson(each)] as const);
  return members.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Deeper data is a mistake, and printing it would need more stack than there is. */
const DEEPEST = 200;

export function isTooDeep(value: unknown, levels = DEEPEST): boolean {
  if (typeof value !== "object" || value === null || value instanceof Late) return false;
  return levels === 0 || Object.values(value).some((each) => isTooDeep(each, levels - 1));
}
