// Cases of letters and words [Go strings.Title, goutils, huandu/xstrings].
import { randomInt } from "node:crypto";
import { lowerRune, upperRune } from "./strings.js";

const isUpper = (rune: string): boolean => /\p{Lu}/u.test(rune);
const isLower = (rune: string): boolean => /\p{Ll}/u.test(rune);
const isDigit = (rune: string): boolean => /\p{Nd}/u.test(rune);
const isLetter = (rune: string): boolean => /\p{L}/u.test(rune);
const isSpace = (rune: string): boolean => /[\s\u0085]/u.test(rune);

/**
 * The first letter of each word in upper case. Quirk: of ASCII only letters, digits and `_` are inside of
 * words, beyond it everything but space [Go strings.Title].
 */
export function titleCase(text: string): string {
  return text.replace(/(?<![\p{L}\p{Nd}_]|(?!\s)[^\u0000-\u007f])\p{L}/gu, upperRune);
}

/** Quirk: the first letter after a space becomes title case, other small letters upper case. */
export function swapCase(text: string): string {
  let afterSpace = true;
  return [...text]
    .map((rune) => {
      const wasAfter = afterSpace;
      afterSpace = isSpace(rune);
      if (isUpper(rune)) return lowerRune(rune);
      return isLower(rune) || wasAfter ? upperRune(rune) : rune;
    })
    .join("");
}

export function shuffle(text: string): string {
  const runes = [...text];
  for (let at = runes.length - 1; at > 0; at--) {
    const other = randomInt(at + 1);
    [runes[at], runes[other]] = [runes[other]!, runes[at]!];
  }
  return runes.join("");
}

const CONNECTORS = /(?:[-_]|[\s\u0085])+/gu;

/**
 * `some_words-here` -> `SomeWordsHere`. Quirk: connectors at both ends stay, of several in a row the last one
 * goes, and a text of nothing else gets one more [huandu/xstrings 1.3 ToCamelCase].
 */
export function camelCase(text: string): string {
  const words = text.split(CONNECTORS);
  const gaps = text.match(CONNECTORS) ?? [];
  if (text !== "" && words.every((word) => word === "")) return text + text.slice(-1);
  return words
    .map((word, index) => {
      const gap = gaps[index] ?? "";
      const isInner = index > 0 || word !== "";
      const isLast = index === words.length - 2 && words.at(-1) === "";
      return capitalised(word) + (isInner && !isLast ? gap.slice(0, -1) : gap);
    })
    .join("");
}

function capitalised(word: string): string {
  const [first = "", ...rest] = word;
  return upperRune(first) + rest.map(lowerRune).join("");
}

/** `mixed` is a number with small letters behind it, such as `20x`. */
type WordKind = "alphabet" | "upper" | "number" | "mixed" | "symbol" | "punct" | "connector";

/** `SomeWordsHTTP2` -> `some_words_http2`, `HTTP20xOK` -> `http_20x_ok` [huandu/xstrings 1.3 ToSnakeCase]. */
export function snakeCase(text: string, connector: string): string {
  const parts: string[] = [];
  let last: WordKind | undefined;
  for (const { kind, word } of wordsOf(text)) {
    if (kind === "connector") {
      for (const _ of word) parts.push(connector);
    } else if (kind === "number" && last !== undefined && ["alphabet", "upper", "symbol"].includes(last)) {
      parts.push(word);
    } else {
      if (last !== undefined && last !== "connector" && kind !== "punct" && last !== "punct")
        parts.push(connector);
      parts.push([...word].map(lowerRune).join(""));
    }
    last = kind;
  }
  return parts.join("");
}

function wordsOf(text: string): readonly { readonly kind: WordKind; readonly word: string }[] {
  const words: { kind: WordKind; word: string }[] = [];
  const runes = [...text];
  for (const [index, rune] of runes.entries()) {
    const kind = kindOfRune(rune);
    const current = words.at(-1);
    const next = runes[index + 1] ?? "";
    const joins = kind === "alphabet" || kind === "number";
    if (current?.kind === "number" && kind === "alphabet") current.kind = "mixed";
    if (current === undefined) words.push({ kind, word: rune });
    else if (current.kind === "mixed" && joins) current.word += rune;
    else if (kind === current.kind && !(kind === "upper" && isLower(next))) current.word += rune;
    else if (current.kind === "upper" && kind === "alphabet" && [...current.word].length === 1) {
      current.kind = "alphabet";
      current.word += rune;
    } else words.push({ kind, word: rune });
  }
  return words;
}

function kindOfRune(rune: string): WordKind {
  if (/[-_]/.test(rune) || isSpace(rune)) return "connector";
  if (isUpper(rune)) return "upper";
  if (isDigit(rune)) return "number";
  if (isLetter(rune)) return "alphabet";
  return /\p{P}/u.test(rune) ? "punct" : "symbol";
}
