// A slow and plain twin of how KrakenD reads values: one function for each kind of field.
// [go-viper/mapstructure with WeaklyTypedInput and its hook for durations; lura config/config.go]

/** Why KrakenD does not start. */
export class Refusal extends Error {}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Kind = (value: Json) => unknown;

function refuse(what: string): never {
  throw new Refusal(what);
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isObject = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const text: Kind = (value) => {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "1" : "0";
  return refuse("a text");
};

export const integer: Kind = (value) => {
  if (value === null || value === "") return 0;
  if (typeof value === "number") return Math.trunc(value);
  if (typeof value === "boolean") return Number(value);
  if (typeof value !== "string") return refuse("an integer");
  const plain = value.replace(/(?<=[\da-fA-FxXoObB])_(?=[\da-fA-F])/g, "");
  if (!/^[-+]?(0[xX][\da-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[1-9]\d*|0)$/.test(plain))
    return refuse("an integer");
  const absolute = Number(plain.replace(/^[-+]/, "").replace(/^0(?=[0-7])/, "0o"));
  return plain.startsWith("-") ? -absolute : absolute;
};

export const decimal: Kind = (value) => {
  if (typeof value !== "string") return isList(value) || isObject(value) ? refuse("a number") : Number(value);
  return value === "" || /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value) ? 0 : refuse("a number");
};

export const flag: Kind = (value) => {
  if (value === null) return false;
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return value !== 0;
  if (typeof value !== "string") return refuse("a boolean");
  if (["1", "t", "T", "TRUE", "true", "True"].includes(value)) return true;
  if (["0", "f", "F", "FALSE", "false", "False", ""].includes(value)) return false;
  return refuse("a boolean");
};

export const duration: Kind = (value) => {
  if (typeof value !== "string")
    return isList(value) || isObject(value) ? refuse("a duration") : Number(value);
  const isDuration = /^[-+]?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/.test(value);
  return isDuration ? 1 : refuse("a duration");
};

export const anything: Kind = (value) => value;

/** One value stands for a list of it, an empty object for an empty list. */
export function listOf(item: Kind): Kind {
  return (value) => {
    if (value === null) return [];
    if (isList(value)) return value.map(item);
    if (isObject(value) && Object.keys(value).length === 0) return [];
    return [item(value)];
  };
}

/** A list of objects is one object with the members of all. */
export function mapOf(item: Kind): Kind {
  const read = (value: Json): Record<string, unknown> => {
    if (value === null) return {};
    if (isObject(value))
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, item(each)]));
    if (isList(value)) return Object.assign({}, ...value.map(read));
    return refuse("a map");
  };
  return read;
}

export type Fields = Readonly<Record<string, Kind>>;

/** Keys match exactly, else without letter case; the others are ignored. `null` stays null. */
export function structOf(fields: () => Fields): Kind {
  return (value) => {
    if (value === null) return null;
    if (!isObject(value)) return refuse("a struct");
    const result: Record<string, unknown> = {};
    for (const [name, kind] of Object.entries(fields())) {
      const keys = Object.keys(value);
      const key = keys.find((each) => each === name) ?? keys.find((each) => each.toLowerCase() === name);
      result[name] = kind(key === undefined ? null : value[key]!);
    }
    return result;
  };
}
