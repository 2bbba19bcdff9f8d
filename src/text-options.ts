// Every option that holds texts, and when its texts count: for docs/environment.md and the test that none is
// forgotten.
import { type FieldType, root, type Struct } from "./config/fields.js";
import type { TextClass } from "./config/late.js";
import type { AnyFeature, JsonSchema, Pipe } from "./features/kit.js";

export interface TextOption {
  /** `root`, `endpoint`, `backend`, or a namespace. */
  readonly owner: string;
  /** `tls.keys[].public_key`; empty: the block itself. */
  readonly path: string;
  /** Undefined: somebody forgot to say. */
  readonly when: TextClass | undefined;
}

/** The options of the configuration itself, then those of the features by their namespaces. */
export function textOptions(pipe: Pipe): readonly TextOption[] {
  const features = new Set(Object.values(pipe).flat());
  const known = new Map<string, TextOption>();
  for (const option of [...coreOptions(root, "root", ""), ...[...features].flatMap(featureOptions)]) {
    const key = `${option.owner} ${option.path}`;
    if (known.get(key)?.when === undefined) known.set(key, option);
  }
  return [...known.values()];
}

const OWNERS: Readonly<Record<string, string>> = { endpoints: "endpoint", backend: "backend" };

function coreOptions(struct: Struct, owner: string, prefix: string): readonly TextOption[] {
  return Object.entries(struct.fields).flatMap(([key, type]): readonly TextOption[] => {
    const path = `${prefix}${key}`;
    if (typeof type === "object") {
      const inner = "list" in type ? type.list : type.struct;
      const own = OWNERS[key];
      if (own !== undefined) return coreOptions(inner, own, "");
      return coreOptions(inner, owner, "list" in type ? `${path}[].` : `${path}.`);
    }
    const when = struct.texts[key];
    return when !== undefined || holdsTexts(type) ? [{ owner, path, when }] : [];
  });
}

/** `extra_config` is what the features describe. Numbers and flags are no texts, durations are. */
function holdsTexts(type: FieldType): boolean {
  return type === "text" || type === "texts" || type === "text map" || type === "duration" || type === "any";
}

function featureOptions({ namespace, schema }: AnyFeature): readonly TextOption[] {
  return schemaOptions(schema, namespace, "");
}

function schemaOptions(schema: JsonSchema, owner: string, path: string): readonly TextOption[] {
  const { atStart, atBuild, inside, items, properties, additionalProperties: others } = schema;
  if (atStart !== undefined || atBuild !== undefined) {
    const when = (atStart === undefined ? { atBuild } : { atStart }) as TextClass;
    return [{ owner, path, when }];
  }
  if (inside !== undefined) return schemaOptions(inside as JsonSchema, owner, path);
  const forms = [schema.anyOf, schema.oneOf].flatMap((each) => (Array.isArray(each) ? each : []));
  if (forms.length > 0) return forms.flatMap((form: JsonSchema) => schemaOptions(form, owner, path));
  if (isObject(items)) return schemaOptions(items, owner, `${path}[]`);
  if (isObject(properties) || isObject(others)) {
    const dot = path === "" ? "" : `${path}.`;
    const named = Object.entries(isObject(properties) ? properties : {}).flatMap(([key, each]) =>
      schemaOptions(each as JsonSchema, owner, `${dot}${key}`),
    );
    return [...named, ...(isObject(others) ? schemaOptions(others, owner, `${dot}*`) : [])];
  }
  return mayHoldText(schema) ? [{ owner, path, when: undefined }] : [];
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value of the schema may be, or hold, a text. */
function mayHoldText({ type, enum: values, const: only }: JsonSchema): boolean {
  if (Array.isArray(values)) return values.some((value) => typeof value === "string");
  if (only !== undefined) return typeof only === "string";
  if (type === undefined) return true;
  return [type].flat().some((each) => each === "string" || each === "array" || each === "object");
}
