// What tells many texts apart with one look.
import { type Code, code, comment } from "./code.js";

export interface Discriminator {
  of(text: string): number;
  code(segment: Code): Code;
  /** What the value stands for, as a comment. */
  note(value: number): Code | undefined;
}

/** Length, or the letter at one place: what leaves the smallest groups. */
export function discriminate(texts: readonly string[]): Discriminator | undefined {
  const shortest = Math.min(...texts.map((text) => text.length));
  const byLength: Discriminator = {
    of: (text) => text.length,
    code: (segment) => code`${segment}.length`,
    note: () => undefined,
  };
  const letters = Array.from(
    { length: Math.min(shortest, 24) },
    (_each, index): Discriminator => ({
      of: (text) => text.charCodeAt(index),
      code: (segment) => code`${segment}.charCodeAt(${index})`,
      note: (value) => comment(JSON.stringify(String.fromCharCode(value))),
    }),
  );
  const items = texts.map((text) => [text, undefined] as const);
  const largest = (each: Discriminator): number =>
    Math.max(...[...groupBy(items, each.of).values()].map((group) => group.length));
  const ranked = [byLength, ...letters]
    .map((each) => ({ each, size: largest(each) }))
    .sort((a, b) => a.size - b.size);
  const best = ranked[0];
  return best === undefined || best.size === texts.length ? undefined : best.each;
}

export function groupBy<Item extends readonly [string, unknown]>(
  items: readonly Item[],
  of: (text: string) => number,
): Map<number, Item[]> {
  const groups = new Map<number, Item[]>();
  for (const item of items) groups.set(of(item[0]), [...(groups.get(of(item[0])) ?? []), item]);
  return groups;
}
