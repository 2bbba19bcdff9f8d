// Reading the located tree once its kinds are known.
import { basename } from "node:path";
import { originOf } from "../diagnostics/origin.js";
import { at, type Located, type Member, member } from "../source/located.js";
import type { SourceText, Span } from "../source/text.js";

/** Whether a value stands there that could not be read; that was said already. */
export function isFaulty(node: Located, key: string): boolean {
  return at(node, key)?.kind === "null";
}

/** The text under a key; undefined when absent. */
export function textAt(node: Located, key: string): string | undefined {
  const found = at(node, key);
  return found?.kind === "string" ? found.value : undefined;
}

export function numberAt(node: Located, key: string): number | undefined {
  const found = at(node, key);
  return found?.kind === "number" ? found.value : undefined;
}

export function booleanAt(node: Located, key: string): boolean {
  const found = at(node, key);
  return found?.kind === "boolean" && found.value;
}

/** The items of a list; none when absent. */
export function itemsAt(node: Located, key: string): readonly Located[] {
  const found = at(node, key);
  return found?.kind === "array" ? found.items : [];
}

export function textsAt(node: Located, key: string): readonly string[] {
  return itemsAt(node, key).flatMap((item) => (item.kind === "string" ? [item.value] : []));
}

/** The entries of a map of texts, the last of repeated keys alone. */
export function textMapAt(
  node: Located,
  key: string,
): ReadonlyMap<string, { readonly value: string; readonly entry: Member }> {
  const found = at(node, key);
  const entries = found?.kind === "object" ? found.members : [];
  return new Map(
    entries.map((entry) => [
      entry.key,
      { value: entry.value.kind === "string" ? entry.value.value : "", entry },
    ]),
  );
}

/** Where a value was written, else where its key was, else where its owner is. */
export function spanAt(node: Located, key: string): Span {
  return member(node, key)?.value.span ?? node.span;
}

/** `krakend.json:42`; a template's line where one wrote it; places that stem from the environment name the variable. */
export function whereOf(span: Span, file: SourceText): string {
  const { source, start } = originOf(span);
  if (source === span.source && source !== file) return source.name;
  return `${basename(source.name)}:${source.position(start).line}`;
}
