// Regular expressions in RE2's syntax [sprig regex.go, Go regexp].
import { createRequire } from "node:module";
import type { RE2JS as Pattern } from "re2js";
import { GoError, GoList, type GoValue, strings } from "../values.js";
import { type FunctionTable, go, named } from "./kit.js";

/** The library is loaded when a template asks for it. */
const load = (): typeof import("re2js") => createRequire(import.meta.url)("re2js");

export const patterns: FunctionTable = {
  mustRegexMatch: go(["string", "string"], (pattern, text) => compile(pattern).matcher(text).find()),
  // Quirk: of a pattern that is none it says that nothing matches.
  regexMatch: go(["string", "string"], (pattern, text) => {
    try {
      return compile(pattern).matcher(text).find();
    } catch (fault) {
      if (fault instanceof GoError) return false;
      throw fault;
    }
  }),
  ...named(
    "regexFind mustRegexFind",
    go(["string", "string"], (pattern, text) => matches(pattern, text, 1)[0]?.text ?? ""),
  ),
  ...named(
    "regexFindAll mustRegexFindAll",
    go(["string", "string", "int"], (pattern, text, count) =>
      nilIfEmpty(matches(pattern, text, count).map((each) => each.text)),
    ),
  ),
  ...named(
    "regexReplaceAll mustRegexReplaceAll",
    go(["string", "string", "string"], (pattern, text, replacement) =>
      replaceAll(pattern, text, (match) => expand(replacement, match)),
    ),
  ),
  ...named(
    "regexReplaceAllLiteral mustRegexReplaceAllLiteral",
    go(["string", "string", "string"], (pattern, text, replacement) =>
      replaceAll(pattern, text, () => replacement),
    ),
  ),
  ...named(
    "regexSplit mustRegexSplit",
    go(["string", "string", "int"], (pattern, text, count) => split(pattern, text, count)),
  ),
  regexQuoteMeta: go(["string"], (text) => text.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&")),
};

interface Match {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly group: (name: string) => string;
}

function compile(pattern: string): Pattern {
  const { RE2JS } = load();
  try {
    return RE2JS.compile(pattern);
  } catch (fault) {
    throw new GoError((fault as Error).message);
  }
}

/** Matches as Go finds them: an empty one right behind another match does not count. */
function matches(pattern: string, text: string, most: number): readonly Match[] {
  const compiled = compile(pattern);
  const matcher = compiled.matcher(text);
  const found: Match[] = [];
  const names: Readonly<Record<string, number>> = compiled.namedGroups();
  let at = 0;
  let lastEnd = -1;
  while ((most < 0 || found.length < most) && at <= text.length && matcher.find(at)) {
    const start = matcher.start();
    const end = matcher.end();
    if (start !== end || start !== lastEnd) {
      const groups = Array.from(
        { length: matcher.groupCount() + 1 },
        (_, index) => matcher.group(index) ?? "",
      );
      const group = (name: string): string =>
        groups[/^\d+$/.test(name) ? Number(name) : (names[name] ?? -1)] ?? "";
      found.push({ text: text.slice(start, end), start, end, group });
    }
    lastEnd = end;
    at = end > start ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
  }
  return found;
}

/** Go has a nil list where there is no match. */
function nilIfEmpty(texts: readonly string[]): GoList {
  return new GoList(texts, "string", texts.length === 0);
}

function replaceAll(pattern: string, text: string, replacement: (match: Match) => string): string {
  let result = "";
  let at = 0;
  for (const match of matches(pattern, text, -1)) {
    result += text.slice(at, match.start) + replacement(match);
    at = match.end;
  }
  return result + text.slice(at);
}

/** `$1`, `${1}`, `${name}` and `$$`; `$1x` is the group of the name `1x` [Go regexp Expand]. */
function expand(replacement: string, match: Match): string {
  return replacement.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, plain?: string) =>
    whole === "$$" ? "$" : match.group(braced ?? plain ?? ""),
  );
}

function split(pattern: string, text: string, count: number): GoValue {
  if (count === 0) return nilIfEmpty([]);
  if (pattern !== "" && text === "") return strings([""]);
  const parts: string[] = [];
  let start = 0;
  let end = 0;
  for (const match of matches(pattern, text, count)) {
    if (count > 0 && parts.length === count - 1) break;
    end = match.start;
    if (match.end !== 0) parts.push(text.slice(start, end));
    start = match.end;
  }
  if (end !== text.length) parts.push(text.slice(start));
  return strings(parts);
}
