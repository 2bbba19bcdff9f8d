// Late values inside the blocks of extra_config: where a room's schema says `atStart`, with the kind of
// value that it must be, a text may ask for the environment; where it says `atBuild`, with the reason, none
// may. `inside` is a schema for these two alone, of a value that ajv does not look into.
import type { JsonSchema } from "../features/kit.js";
import type { Located } from "../source/located.js";
import type { Late, LateKind, LateValues, lateForms } from "./late.js";

/** A late value and its place in the block. */
interface Placed {
  readonly path: readonly (string | number)[];
  readonly late: Late;
}

const FORMED = {
  file: "x",
  "header value": "x",
  "header without nonce": "x",
  origin: "http://localhost",
  "log level": "INFO",
  "host and port": "localhost:80",
  "metric name": "x",
  name: "x",
} as const satisfies Readonly<Record<keyof typeof lateForms, string>>;

const SAMPLES: Readonly<Record<LateKind, string>> = {
  text: "x",
  bytes: "x",
  host: "http://localhost",
  "verbatim host": "http://localhost",
  port: "8080",
  address: "127.0.0.1",
  duration: "1s",
  timer: "1s",
  json: "x",
  pattern: "x",
  network: "127.0.0.1",
  ...FORMED,
};

/** The late values of one block. */
export class LateBlock {
  readonly #placed: readonly Placed[];

  constructor(block: Located, schema: JsonSchema, late: LateValues) {
    this.#placed = placedIn(block, schema, late, []);
  }

  /** Puts what the schema can judge in their places: what they would be by default, or a sample. */
  putSamples(config: unknown): unknown {
    return this.#put(config, ({ nominal, kind }) => {
      const sample = nominal ?? SAMPLES[kind];
      return kind === "port" ? Number(sample) : sample;
    });
  }

  /** Puts the late values in their places. */
  putValues(config: unknown): unknown {
    return this.#put(config, (late) => late);
  }

  #put(config: unknown, value: (late: Late) => unknown): unknown {
    for (const { path, late } of this.#placed) {
      const owner = path.slice(0, -1).reduce<unknown>((inner, step) => stepInto(inner, step), config);
      // A value that did not fit its schema is not there any more.
      if (typeof owner === "object" && owner !== null) Object.assign(owner, { [path.at(-1)!]: value(late) });
    }
    return config;
  }
}

function stepInto(value: unknown, step: string | number): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string | number, unknown>)[step]
    : undefined;
}

function placedIn(
  node: Located,
  schema: JsonSchema | undefined,
  late: LateValues,
  path: readonly (string | number)[],
): readonly Placed[] {
  if (schema === undefined) return [];
  if (node.kind === "string") {
    const kind = kindIn(schema);
    const reason = reasonIn(schema);
    if (kind === undefined && reason !== undefined) late.explain(node, reason);
    const value = kind === undefined ? undefined : late.at(node, kind);
    return value === undefined ? [] : [{ path, late: value }];
  }
  if (node.kind === "array")
    return node.items.flatMap((item, at) =>
      placedIn(item, { ...below(schema), ...partOf(schema, "items") }, late, [...path, at]),
    );
  if (node.kind !== "object") return [];
  return node.members.flatMap(({ key, value }) =>
    (/^[@$_#]/.test(key) && path.length === 0) || key === "__proto__"
      ? []
      : placedIn(value, memberSchema(schema, key), late, [...path, key]),
  );
}

/** A schema may offer several forms of a value. */
function formsOf(schema: JsonSchema): readonly JsonSchema[] {
  const offered = [schema.anyOf, schema.oneOf].flatMap((each) => (Array.isArray(each) ? each : []));
  const inside = schema.inside === undefined ? [] : [schema.inside];
  return [schema, ...([...inside, ...offered] as readonly JsonSchema[])];
}

function kindIn(schema: JsonSchema): LateKind | undefined {
  return formsOf(schema).find((form) => form.atStart !== undefined)?.atStart as LateKind | undefined;
}

/** Why the texts of a place are decided at build. */
function reasonIn(schema: JsonSchema): string | undefined {
  return formsOf(schema).find((form) => form.atBuild !== undefined)?.atBuild as string | undefined;
}

function partOf(schema: JsonSchema, name: string): JsonSchema | undefined {
  const parts = formsOf(schema).map((form) => form[name]);
  return parts.find((part) => typeof part === "object" && part !== null) as JsonSchema | undefined;
}

function memberSchema(schema: JsonSchema, key: string): JsonSchema | undefined {
  for (const form of formsOf(schema)) {
    const properties = form.properties as Readonly<Record<string, JsonSchema>> | undefined;
    if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  }
  return { ...below(schema), ...partOf(schema, "additionalProperties") };
}

/** Where the schema knows nothing of the inside of a value, what it says of the value holds for all in it. */
function below(schema: JsonSchema): JsonSchema {
  const { atStart, atBuild } = schema;
  if (atStart !== undefined) return { atStart };
  return atBuild === undefined ? {} : { atBuild };
}
