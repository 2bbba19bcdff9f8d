// Values in the place of absent ones, JSON, and what a value is [sprig defaults.go, reflect.go].
import { fromJson, toJson } from "../go-json.js";
import { GoError, GoObject, type GoValue, kindOf, typeOf } from "../values.js";
import { equalDeep } from "./equality.js";
import { type FunctionTable, go, goMany, named } from "./kit.js";
import { isEmpty } from "./lists.js";

export const defaults: FunctionTable = {
  default: goMany(["any"], "any", (otherwise, ...given) =>
    given.length === 0 || isEmpty(given[0]!) ? otherwise : given[0]!,
  ),
  empty: go(["any"], isEmpty),
  coalesce: goMany([], "any", (...values) => values.find((each) => !isEmpty(each)) ?? null),
  all: goMany([], "any", (...values) => !values.some(isEmpty)),
  any: goMany([], "any", (...values) => values.some((each) => !isEmpty(each))),
  ternary: go(["any", "any", "bool"], (yes, no, choice) => (choice ? yes : no)),
  fail: go(["string"], (message) => {
    throw new GoError(message);
  }),
  fromJson: go(["string"], (text) => orElse(() => fromJson(text), null)),
  mustFromJson: go(["string"], fromJson),
  toJson: go(["any"], (value) => orElse(() => toJson(value, { html: true }), "")),
  mustToJson: go(["any"], (value) => toJson(value, { html: true })),
  toPrettyJson: go(["any"], (value) => orElse(() => toJson(value, { html: true, indent: "  " }), "")),
  mustToPrettyJson: go(["any"], (value) => toJson(value, { html: true, indent: "  " })),
  ...named(
    "toRawJson mustToRawJson",
    go(["any"], (value) => toJson(value, { html: false })),
  ),
  typeOf: go(["any"], typeName),
  typeIs: go(["string", "any"], (name, value) => name === typeName(value)),
  typeIsLike: go(["string", "any"], (name, value) => [name, `*${name}`].includes(typeName(value))),
  kindOf: go(["any"], kindOf),
  kindIs: go(["string", "any"], (name, value) => name === kindOf(value)),
  deepEqual: go(["any", "any"], equalDeep),
};

function orElse(body: () => GoValue, otherwise: GoValue): GoValue {
  try {
    return body();
  } catch (fault) {
    if (fault instanceof GoError) return otherwise;
    throw fault;
  }
}

function typeName(value: GoValue): string {
  return value instanceof GoObject ? value.type : typeOf(value);
}
