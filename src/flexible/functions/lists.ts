// Lists [sprig list.go].
import { byBytes, GoError, GoInt, GoList, type GoValue, strings, typeOf } from "../values.js";
import { toText, toTexts } from "./casts.js";
import { equalDeep } from "./equality.js";
import { type FunctionTable, go, goMany, named } from "./kit.js";

const listOf = goMany([], "any", (...items) => new GoList(items));

export const lists: FunctionTable = {
  ...named("list tuple", listOf),
  ...named(
    "first mustFirst",
    go(["any"], (list) => itemsOf(list, "find first on")[0] ?? null),
  ),
  ...named(
    "last mustLast",
    go(["any"], (list) => itemsOf(list, "find last on").at(-1) ?? null),
  ),
  ...named(
    "rest mustRest",
    go(["any"], (list) => tail(itemsOf(list, "find rest on"), (items) => items.slice(1))),
  ),
  ...named(
    "initial mustInitial",
    go(["any"], (list) => tail(itemsOf(list, "find initial on"), (items) => items.slice(0, -1))),
  ),
  ...named(
    "append mustAppend push mustPush",
    go(["any", "any"], (list, item) => new GoList([...itemsOf(list, "push on"), item])),
  ),
  ...named(
    "prepend mustPrepend",
    go(["any", "any"], (list, item) => new GoList([item, ...itemsOf(list, "prepend on")])),
  ),
  concat: goMany([], "any", (...values) =>
    nilIfEmpty(values.flatMap((each) => itemsOf(each, "concat type", "as list"))),
  ),
  ...named(
    "reverse mustReverse",
    go(["any"], (list) => new GoList(itemsOf(list, "find reverse on").toReversed())),
  ),
  ...named(
    "uniq mustUniq",
    go(["any"], (list) => new GoList(unique(itemsOf(list, "find uniq on")))),
  ),
  ...named(
    "without mustWithout",
    goMany(
      ["any"],
      "any",
      (list, ...omitted) =>
        new GoList(
          itemsOf(list, "find without on").filter((item) => !omitted.some((each) => equalDeep(each, item))),
        ),
    ),
  ),
  ...named(
    "compact mustCompact",
    go(["any"], (list) => new GoList(itemsOf(list, "compact on").filter((item) => !isEmpty(item)))),
  ),
  ...named(
    "has mustHas",
    go(
      ["any", "any"],
      (item, list) => list !== null && itemsOf(list, "find has on").some((each) => equalDeep(item, each)),
    ),
  ),
  ...named("slice mustSlice", goMany(["any"], "any", sliced)),
  ...named("chunk mustChunk", go(["int", "any"], chunked)),
  sortAlpha: go(["any"], (value) => {
    if (value instanceof GoList) return strings(toTexts(value).toSorted(byBytes));
    return strings([value === null ? "<nil>" : toText(value)]);
  }),
};

/** The items of a list; throws what sprig says of other types. */
export function itemsOf(value: GoValue, doing: string, ending = ""): readonly GoValue[] {
  if (value instanceof GoList) return value.items;
  const type = value === null ? "invalid" : typeOf(value);
  throw new GoError(
    `Cannot ${doing}${ending === "" ? " type" : ""} ${type}${ending === "" ? "" : ` ${ending}`}`,
  );
}

function tail(items: readonly GoValue[], cut: (items: readonly GoValue[]) => readonly GoValue[]): GoValue {
  // Quirk: of an empty list it is a nil list, which is null in JSON.
  return items.length === 0 ? nilIfEmpty([]) : new GoList(cut(items));
}

function nilIfEmpty(items: readonly GoValue[]): GoList {
  return new GoList(items, "interface {}", items.length === 0);
}

function unique(items: readonly GoValue[]): readonly GoValue[] {
  return items.filter((item, index) => items.findIndex((each) => equalDeep(each, item)) === index);
}

/** Whether `default` takes the other value [sprig defaults.go empty]. */
export function isEmpty(value: GoValue): boolean {
  if (value === null || value === "" || value === 0 || value === false) return true;
  if (value instanceof GoInt) return value.value === 0n;
  if (value instanceof GoList) return value.items.length === 0;
  return typeof value === "object" && "entries" in value && value.entries.size === 0;
}

function sliced(list: GoValue, ...steps: GoValue[]): GoValue {
  const items = itemsOf(list, "slice on");
  const { element } = list as GoList;
  if (items.length === 0) return null;
  const [from = 0, to = items.length] = steps.map((step) =>
    step instanceof GoInt ? Number(step.value) : Math.trunc(Number(step)),
  );
  if (from < 0 || to > items.length || from > to)
    throw new GoError("reflect.Value.Slice: slice index out of bounds");
  return new GoList(items.slice(from, to), element);
}

function chunked(size: number, list: GoValue): GoValue {
  const items = itemsOf(list, "chunk");
  if (size <= 0) throw new GoError("runtime error: makeslice: len out of range");
  const count = Math.ceil(items.length / size);
  const chunks = Array.from(
    { length: count },
    (_, index) => new GoList(items.slice(index * size, (index + 1) * size)),
  );
  return new GoList(chunks, "[]interface {}");
}
