// All that a room may know of the trunk.
import type { Code } from "../codegen/code.js";
import type { DataMode } from "../codegen/shape.js";
import type { Late } from "../config/late.js";
import type { Report } from "../diagnostics/diagnostic.js";
import type { Messages } from "../diagnostics/messages.js";
import type {
  Backend,
  BackendSettings,
  Endpoint,
  EndpointSettings,
  Gateway,
  OutputEncoding,
  ServiceSettings,
} from "../model/model.js";
import type { Located } from "../source/located.js";
import type { Span } from "../source/text.js";

/**
 * Where a room sits. Its block stands in the `extra_config` of the service (server, service), of an
 * endpoint (endpoint, proxy) or of a backend (backend, client).
 *
 * - server: around the router; sees every request, also for health, redirects and unknown paths
 * - service: start and stop of the server, settings of all routes; with `before` it stands in front of
 *   every route, and of 404 and 405, but not of the health endpoint and of redirects
 * - endpoint: around the whole route, sees the request and may reply
 * - proxy: around the backends together, sees their joint outcome
 * - backend: around one backend, sees its outcome
 * - client: around the HTTP call of one backend
 */
export type Stage = "server" | "service" | "endpoint" | "proxy" | "backend" | "client";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a room may ask about the place that its block stands in. */
export interface Site {
  readonly stage: Stage;
  /** The server speaks TLS, and so every request came over it. Absent: no. */
  readonly overTls?: boolean;
  /** Do as KrakenD does where gwc by default is stricter. */
  readonly compat: boolean;
  readonly namespace: string;
  /** The block, with positions. */
  readonly block: Located;
  /** Namespaces of all blocks at this place that a room reads, its own among them. */
  readonly beside?: readonly string[];
  /** What the service's block of the same namespace was planned as; undefined where there is none. */
  readonly service?: unknown;
  /** The name of the block. */
  readonly keySpan: Span;
  /** The service, endpoint or backend that the block belongs to. */
  readonly owner: Located;
  /** `krakend.json:42`, for comments in the generated program. */
  readonly where: string;
  /** How KrakenD's log lines name the place: `[ENDPOINT: /users/:id]`, `[BACKEND: /u/{{.Id}}]`. */
  readonly label: string;
  /** Names of the path parameters of the endpoint, as written; empty at service level. */
  readonly params: readonly string[];
  /**
   * How many backends the endpoint has, those called aside not counted; of one called aside: how
   * many are. 0 at service level.
   */
  readonly backendCount: number;
  /** How the endpoint answers; undefined at service level. */
  readonly output: OutputEncoding | undefined;
  /** Of the backend, upper case; absent at the other levels. */
  readonly method?: string;
  /** Of the endpoint, in milliseconds; 0 at service level. */
  readonly timeoutMs: number;
  /** Hosts of the backend; none at the other levels. */
  readonly hosts: readonly (string | Late)[];
}

/** While code is made: names in the module that the room's pieces go into. */
export interface EmitSite extends Site {
  /** A name of its own at the top of the module, near the wish: `searchLimit`. */
  name(wished: string): Code;
  /** The whole, for rooms that number its parts. */
  readonly gateway?: Gateway;
  /** Where the room sits; undefined above it. */
  readonly endpoint?: Endpoint | undefined;
  readonly backend?: Backend | undefined;
  /** What the module calls the thing the room is attached to: `search`, `user`. */
  readonly subject: string;
  /**
   * The local that holds a parameter: of the path by its name (`id`), in a sequence also a
   * propagated value by its name (`Resp0_id`; a local that may be undefined). Undefined when there
   * is none of that name.
   */
  param(name: string): Code | undefined;
  /** proxy, backend: how the data of an outcome is kept, as Members or as Keyed. */
  readonly mode: DataMode;
  /** proxy: all keys that the backends may give at the top of the data, in bytes; undefined: any. */
  readonly keys: readonly string[] | undefined;
}

/** Pieces of code for named places. Locals in scope: `x` everywhere, more as said. */
export interface Slots {
  /** Statements at the top of the module: constants, state. */
  readonly module?: readonly Code[];
  /**
   * Statements before the inner call. server, service, endpoint: may reply and `return`; may add
   * headers to the reply that is to come (`addHeaders`). proxy, backend: may `return failed(error)`
   * (an Outcome). A service room with `before` has all its code in guard.ts, the others in main.ts.
   */
  readonly before?: readonly Code[];
  /** server, service: `before` waits for something. */
  readonly awaits?: boolean;
  /**
   * proxy, backend: takes the place of `before` and `after`: statements that end with the return of
   * an Outcome. `call` makes the inner call, a `Promise<Outcome>`, for an Exchange and a deadline.
   */
  readonly around?: (call: (x: Code, deadline: Code) => Code) => readonly Code[];
  /** proxy, backend: statements after the inner call; `outcome` is in scope and may be assigned. */
  readonly after?: readonly Code[];
  /**
   * backend, client: statements before the HTTP call; `call` is in scope, and its headers may be
   * added to. May `return failed(error)`.
   */
  readonly beforeCall?: readonly Code[];
  /**
   * client: an expression around what a call came to, an `Answer`, a `StreamedAnswer` or an
   * `UpstreamError`; outside of all wraps, and for watching only.
   */
  readonly watch?: (answer: Code) => Code;
  /** backend: takes the place of allow, deny and mapping: Members -> an expression of `Filtered`. */
  readonly filter?: (members: Code) => Code;
  /**
   * client: an expression around the call, itself a `Promise<Answer | UpstreamError>`; `call` is in
   * scope. `readsFailures`: answers with a bad status are read to their end too.
   */
  readonly wrap?: (call: Code, readsFailures: boolean) => Code;
  /** client: `wrap` also takes a call for a `StreamedAnswer`; else a relayed answer is held whole. */
  readonly takesStreams?: boolean;
  /** client: the body of the client is read whole before the call. */
  readonly wantsWholeBody?: boolean;
  /** backend: an expression for the outcome of an answer with a bad status; `answer` is in scope. */
  readonly badStatus?: { readonly text: Code; readonly keyed: Code };
  /**
   * service: statements for every reply that was handed over; `x`, `status`, `bytes` and `durationMs`
   * are in scope.
   */
  readonly observe?: readonly Code[];
  /** service: statements at start and at the stop of the server. */
  readonly start?: readonly Code[];
  readonly stop?: readonly Code[];
}

/** What a room contributes to the settings of the trunk, decided at build. */
export interface Settings {
  readonly service?: Partial<ServiceSettings>;
  readonly endpoint?: Partial<EndpointSettings>;
  readonly backend?: Partial<BackendSettings>;
}

/** A port that the gateway listens on beside its own, for operators. */
export interface SidePort {
  /** As Kubernetes names ports: at most 15 of `a-z0-9-`. */
  readonly name: string;
  /** `:8090` for all addresses, `127.0.0.1:8090` for one. */
  readonly address: string | Late;
  /** Where a scraper finds metrics there. */
  readonly path: string;
}

export interface Feature<Config, Plan> {
  /** The folder. */
  readonly room: string;
  readonly namespace: string;
  /**
   * extra_config (the default): a block there. endpoint: the namespace is a key of the endpoint
   * itself, its value is the block, and the room stands around each of its backends.
   */
  readonly place?: "extra_config" | "endpoint";
  /** The key of the block that it reads, where several features share a block; for comments. */
  readonly option?: string;
  /** Older names that KrakenD still accepts; the namespace wins where both are present. */
  readonly aliases?: readonly string[];
  readonly stages: readonly Stage[];
  /**
   * Below the service: stands at every place of its stages once the service has a block of its
   * namespace, and nowhere else. Where the place has no block of its own, `config` is undefined.
   */
  readonly spreads?: true;
  /**
   * Schema of the block; keys that start with `@ $ _ #` are comments and taken out before.
   * Every place that may hold a text says in `atStart` or `atBuild` when it counts (see `TextClass`);
   * in `config` a text of the first kind may be a `Late`. `inside` describes a value for this alone.
   * `fatal`: KrakenD dies of a value of another kind.
   */
  readonly schema: JsonSchema;
  /**
   * What KrakenD does with a block that the schema refuses, which `--compat krakend` copies: it
   * takes the wrong values as absent ("member"), or is without the feature ("block").
   */
  readonly lenient: "member" | "block";
  /** What KrakenD does with such a block, for the diagnostic. */
  readonly leniency: string;
  /** Its diagnostics. */
  readonly messages?: Messages;
  /** Looks for what the schema cannot say. `config` fits the schema. */
  check?(config: Config, site: Site, report: Report): void;
  /** Total: a config that fits the schema never throws. Undefined: nothing to do. */
  plan(config: Config, site: Site): Plan | undefined;
  settings?(plan: Plan): Settings;
  /** server, service: ports that it listens on. */
  ports?(plan: Plan): readonly SidePort[];
  /** backend: keys under which it may put a failure, at the top of the data, as the text of JSON has them. */
  addedKeys?(plan: Plan): readonly string[];
  /** backend: it may make the inner call more than once. */
  readonly repeats?: boolean;
  /** proxy: it may put data beside an answer that is handed over as it is. */
  fillsNoOp?(plan: Plan): boolean;
  /** backend: it may make any key. */
  makesKeys?(plan: Plan): boolean;
  emit?(plan: Plan, site: EmitSite): Slots;
}

/** A feature whose types only it knows. */
// biome-ignore lint/suspicious/noExplicitAny: a list of features of different types has no common one
export type AnyFeature = Feature<any, any>;

/** The rooms of every stage, outermost first. */
export type Pipe = Readonly<Record<Stage, readonly AnyFeature[]>>;

/** Declares a room; exists for its types. */
export function defineFeature<Config, Plan>(feature: Feature<Config, Plan>): Feature<Config, Plan> {
  return feature;
}
