// The blocks of extra_config: which feature each one is for, and whether it fits that feature's schema.
import { createRequire } from "node:module";
import type { Ajv, ErrorObject, ValidateFunction } from "ajv";
import type { Diagnostic, Report } from "../diagnostics/diagnostic.js";
import type { AnyFeature, JsonSchema, Pipe, Stage } from "../features/kit.js";
import {
  atPointer,
  type Located,
  type LocatedObject,
  member as lastMember,
  type Member,
  plain,
} from "../source/located.js";
import { closest } from "../source/suggest.js";
import { asksForEnvironment, type LateValues } from "./late.js";
import { LateBlock } from "./late-block.js";
import { messages } from "./messages.js";
import { type Level, type Namespace, namespaces } from "./namespaces.js";

/** A block that fits the schema of the feature it is for. */
export interface Block {
  readonly feature: AnyFeature;
  readonly stage: Stage;
  readonly namespace: string;
  /** Without the values that do not fit; they were reported. */
  readonly config: unknown;
  /** Keys of those values. */
  readonly faulty: readonly string[];
  readonly node: Located;
  readonly keySpan: Member["keySpan"];
}

/** A room of the service, as far as it matters here. */
export interface Above {
  readonly site: { readonly namespace: string; readonly block: Located; readonly keySpan: Member["keySpan"] };
}

const stagesOf: Readonly<Record<Level, readonly Stage[]>> = {
  service: ["server", "service"],
  endpoint: ["endpoint", "proxy"],
  backend: ["backend", "client"],
  agent: [],
};

const nouns: Readonly<Record<Level, string>> = {
  service: "the service",
  endpoint: "an endpoint",
  backend: "a backend",
  agent: "an async agent",
};

/** Schemas are constants, and compiling one takes longer than all the rest of a check. */
const validators = new WeakMap<JsonSchema, ValidateFunction>();

/** Reads the blocks of all levels against the rooms that exist. */
export class BlockReader {
  readonly #pipe: Pipe;
  readonly #late: LateValues;
  readonly #report: Report;
  #ajv: Ajv | undefined;

  constructor(pipe: Pipe, late: LateValues, report: Report) {
    this.#pipe = pipe;
    this.#late = late;
    this.#report = report;
  }

  /**
   * The blocks of one `extra_config`, each for every feature that reads it, in the order of the pipe.
   * `above`: the blocks of the service, whose features may stand at every place below it.
   */
  read(extra: Located | undefined, level: Level, above: readonly Above[] = []): readonly Block[] {
    const chosen = extra?.kind === "object" ? [...this.#chosen(extra)] : [];
    const own = chosen.flatMap(([name, member]) => this.#block(name, member, level));
    const order = stagesOf[level].flatMap((stage) => this.#pipe[stage].map((each) => ({ each, stage })));
    return order.flatMap(({ each, stage }): readonly Block[] => {
      const found = own.filter(({ feature, stage: place }) => feature === each && place === stage);
      if (each.spreads !== true || level === "service") return found;
      const service = above.find(({ site }) => site.namespace === each.namespace);
      if (service === undefined || found.length > 0) return service === undefined ? [] : found;
      const { namespace, block: node, keySpan } = service.site;
      return [{ feature: each, stage, namespace, config: undefined, faulty: [], node, keySpan }];
    });
  }

  /** The keys of an endpoint that are blocks of rooms around its backends. */
  readKeys(endpoint: Located): readonly Block[] {
    return this.#pipe.backend.flatMap((feature) => {
      const found = feature.place === "endpoint" ? lastMember(endpoint, feature.namespace) : undefined;
      return found === undefined ? [] : this.#blockFor(feature, "backend", feature.namespace, found);
    });
  }

  /** The value of a namespace in an `extra_config`, whatever name it goes by. */
  find(extra: Located | undefined, namespace: string): Located | undefined {
    return extra?.kind === "object" ? this.#chosen(extra).get(namespace)?.value : undefined;
  }

  /** Older names read as the current ones; the current one wins, then the last. */
  #chosen(extra: LocatedObject): ReadonlyMap<string, Member> {
    const chosen = new Map<string, Member>();
    for (const member of extra.members) {
      if (/^[@$_#]/.test(member.key)) continue;
      const name = this.#currentName(member.key);
      const before = chosen.get(name);
      if (before === undefined || member.key === name || before.key !== name) chosen.set(name, member);
    }
    return chosen;
  }

  #currentName(key: string): string {
    const known = Object.entries(namespaces).find(([, each]) => each.aliases?.includes(key));
    return known?.[0] ?? this.#features().find((each) => each.aliases?.includes(key))?.namespace ?? key;
  }

  #features(): readonly AnyFeature[] {
    return Object.values(this.#pipe).flat();
  }

  #block(name: string, member: Member, level: Level): readonly Block[] {
    const stages = isMisplaced(name, level) ? [] : stagesOf[level];
    const found = stages.flatMap((stage) =>
      this.#pipe[stage].filter((each) => isBlock(each, name)).map((feature) => ({ feature, stage })),
    );
    if (found.length === 0) {
      this.#report(this.#explainMissing(name, member, level));
      return [];
    }
    const known = found.flatMap(({ feature }) =>
      Object.keys((feature.schema.properties as object | undefined) ?? {}),
    );
    this.#reportUnknownKeys(member.value, name, known);
    return found.flatMap(({ feature, stage }) => this.#blockFor(feature, stage, name, member));
  }

  #blockFor(feature: AnyFeature, stage: Stage, namespace: string, member: Member): readonly Block[] {
    const fit = this.#fit(feature, member);
    if (fit === undefined) return [];
    return [{ feature, stage, namespace, ...fit, node: member.value, keySpan: member.keySpan }];
  }

  #explainMissing(name: string, member: Member, level: Level): Diagnostic {
    const elsewhere = this.#features().find((each) => isBlock(each, name));
    const known: Namespace | undefined = Object.hasOwn(namespaces, name) ? namespaces[name] : undefined;
    const span = member.keySpan;
    if (known === undefined && elsewhere === undefined) return this.#unknown(name, span);
    if (known?.edition === "enterprise") {
      return known.silent === true
        ? messages.say("config/enterprise-documentation", span, { namespace: name })
        : messages.say("config/enterprise-namespace", span, { namespace: name });
    }
    if (known !== undefined && !known.levels.includes(level)) {
      const belongs = known.levels.map((each) => nouns[each]).join(" or ");
      return messages.say("config/misplaced-namespace", span, {
        namespace: name,
        noun: nouns[level],
        belongs,
      });
    }
    return known?.silent === true
      ? messages.say("config/not-yet-telemetry", span, { namespace: name })
      : messages.say("config/not-yet-namespace", span, { namespace: name });
  }

  #unknown(name: string, span: Member["keySpan"]): Diagnostic {
    const blocks = this.#features().filter((each) => isBlock(each, each.namespace));
    const all = [...Object.keys(namespaces), ...blocks.map((each) => each.namespace)];
    const near = closest(name, all);
    return messages.say("config/unknown-namespace", span, {
      namespace: name,
      meant: near === undefined ? "" : `; did you mean \`${near}\`?`,
    });
  }

  #reportUnknownKeys(node: Located, namespace: string, known: readonly string[]): void {
    if (node.kind !== "object" || known.length === 0) return;
    for (const { key, keySpan } of node.members) {
      if (/^[@$_#]/.test(key) || known.includes(key)) continue;
      const meant = closest(key, known);
      this.#report(
        meant === undefined
          ? messages.say("config/stray-block-key", keySpan, { namespace, key })
          : messages.say("config/unknown-block-key", keySpan, { namespace, key, meant }),
      );
    }
  }

  /** The block as plain data, without what does not fit; undefined where nothing can be made of it. */
  #fit(feature: AnyFeature, member: Member): Pick<Block, "config" | "faulty"> | undefined {
    const late = new LateBlock(member.value, feature.schema, this.#late);
    const config = late.putSamples(withoutComments(plain(member.value)));
    const validate = this.#validator(feature.schema);
    if (validate(config)) return { config: late.putValues(config), faulty: [] };
    const errors = validate.errors ?? [];
    for (const error of oncePerPlace(errors)) {
      // A text that asks for the environment in vain is reported as that.
      const node = atPointer(member.value, error.instancePath);
      if (node.kind !== "string" || !asksForEnvironment(node.value))
        this.#report(this.#misfit(error, feature, member));
    }
    if (feature.lenient === "block" || !isObject(config)) return undefined;
    const faulty = errors.map((error) => error.instancePath.split("/")[1]?.replaceAll("~1", "/") ?? "");
    const kept = Object.fromEntries(Object.entries(config).filter(([key]) => !faulty.includes(key)));
    return validate(kept) ? { config: late.putValues(kept), faulty } : undefined;
  }

  #validator(schema: JsonSchema): ValidateFunction {
    const known = validators.get(schema);
    if (known !== undefined) return known;
    this.#ajv ??= createAjv();
    const validate = this.#ajv.compile(schema);
    validators.set(schema, validate);
    return validate;
  }

  #misfit(error: ErrorObject, feature: AnyFeature, member: Member): Diagnostic {
    const node = atPointer(member.value, error.instancePath);
    const [owner = "", key = ""] = error.instancePath.split("/").slice(-2);
    const span = error.keyword === "required" ? member.keySpan : node.span;
    const fault = sentenceOf(error, /^\d+$/.test(key) ? `an item of \`${owner}\`` : key && `\`${key}\``);
    const { namespace } = feature;
    if (isFatal(error, feature)) return messages.say("config/fatal-value", span, { namespace, fault });
    return messages.say("config/bad-block", span, {
      namespace,
      fault,
      hint: "correct the value",
      krakend: feature.leniency,
    });
  }
}

/** Whether KrakenD takes a value without looking at its kind, and dies of another. */
function isFatal({ instancePath }: ErrorObject, { schema }: AnyFeature): boolean {
  const key = instancePath.split("/")[1]?.replaceAll("~1", "/") ?? "";
  const properties = schema.properties as Readonly<Record<string, JsonSchema>> | undefined;
  return properties?.[key]?.fatal === true;
}

function isMisplaced(name: string, level: Level): boolean {
  return Object.hasOwn(namespaces, name) && !namespaces[name]!.levels.includes(level);
}

function isBlock(feature: AnyFeature, name: string): boolean {
  return feature.place !== "endpoint" && feature.namespace === name;
}

/** Loaded with the first block: many configurations have none, and a check should be quick. */
function createAjv(): Ajv {
  const ajv = createRequire(import.meta.url)("ajv") as typeof import("ajv");
  const checker = new ajv.Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
  // Which texts may come from the environment: for late-block.ts.
  return checker.addKeyword("atStart").addKeyword("atBuild").addKeyword("inside").addKeyword("fatal");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withoutComments(config: unknown): unknown {
  if (!isObject(config)) return config;
  return Object.fromEntries(Object.entries(config).filter(([key]) => !/^[@$_#]/.test(key)));
}

/** One fault, one diagnostic: of several errors at one place the first speaks. */
function oncePerPlace(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const seen = new Set<string>();
  return errors.filter((error) => {
    const place =
      error.keyword === "required" ? `${error.instancePath}+${error.message}` : error.instancePath;
    if (seen.has(place)) return false;
    seen.add(place);
    return true;
  });
}

const kinds: Readonly<Record<string, string>> = {
  object: "an object",
  array: "a list",
  string: "a text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
};

function kindText(kind: unknown): string {
  return kinds[String(kind)] ?? String(kind);
}

/** `place` is what it is about; empty: the block as a whole. */
function sentenceOf(error: ErrorObject, place: string): string {
  const name = place === "" ? "the block" : place;
  const params = error.params as Readonly<Record<string, unknown>>;
  switch (error.keyword) {
    case "type":
      return `${name} must be ${[params.type].flat().map(kindText).join(" or ")}`;
    case "enum":
      return `${name} must be one of ${(params.allowedValues as unknown[]).map((each) => `\`${String(each)}\``).join(", ")}`;
    case "required":
      return `\`${String(params.missingProperty)}\` is missing`;
    default:
      return `${name} ${error.message ?? "does not fit"}`;
  }
}
