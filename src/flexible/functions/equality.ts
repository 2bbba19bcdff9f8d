// Go's reflect.DeepEqual: equal types and equal contents.
import { GoInt, GoList, GoMap, GoObject, type GoValue } from "../values.js";

export function equalDeep(a: GoValue, b: GoValue): boolean {
  if (a instanceof GoInt) return b instanceof GoInt && a.type === b.type && a.value === b.value;
  if (a instanceof GoList)
    return b instanceof GoList && a.element === b.element && equalItems(a.items, b.items);
  if (a instanceof GoMap) {
    if (!(b instanceof GoMap) || a.element !== b.element || a.entries.size !== b.entries.size) return false;
    return [...a.entries].every(
      ([key, value]) => b.entries.has(key) && equalDeep(value, b.entries.get(key) ?? null),
    );
  }
  if (a instanceof GoObject) return b instanceof GoObject && a.type === b.type && a.print() === b.print();
  return a === b;
}

function equalItems(a: readonly GoValue[], b: readonly GoValue[]): boolean {
  return a.length === b.length && a.every((each, index) => equalDeep(each, b[index] ?? null));
}
