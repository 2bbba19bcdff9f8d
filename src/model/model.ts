// Meaning: a configuration with every default, inheritance and unit resolved. Types only.
import type { Late, OrLate } from "../config/late.js";
import type { AnyFeature, Site, Stage } from "../features/kit.js";
import type { RouteNode } from "../runtime/misses.js";
import type { ClientTlsOptions, TlsOptions, TransportOptions } from "../runtime/transport.js";
import type { OrLateTimes } from "./transport.js";

export interface Gateway {
  /** In bytes, where the environment says it. */
  readonly name: string | Late;
  /** Name of the configuration file, as comments show it. */
  readonly file: string;
  /** SHA-256 of its text, in hex. */
  readonly sha256: string;
  readonly port: number | Late;
  /** Empty: all addresses. */
  readonly listenIp: string | Late;
  readonly server: ServerLimits;
  /** Undefined: plain HTTP. */
  readonly tls: OrLate<TlsOptions> | undefined;
  /** TLS towards backends; undefined: 1.2 and 1.3, with the authorities of the system. */
  readonly clientTls: OrLate<ClientTlsOptions> | undefined;
  /** HTTP/2 without TLS beside HTTP/1.1. */
  readonly h2c: boolean;
  /** Connections to backends, as far as they differ from the runtime's DEFAULT_TRANSPORT. */
  readonly transport: Partial<OrLateTimes<TransportOptions>>;
  readonly settings: ServiceSettings;
  readonly builtIns: readonly BuiltIn[];
  /** In the order of the configuration. */
  readonly endpoints: readonly Endpoint[];
  /** Per method, in the order in which KrakenD registers them: what answers when nothing matches. */
  readonly trees: readonly (readonly [method: string, root: RouteNode])[];
  readonly rooms: readonly Attached[];
  /** All values that are made when the gateway starts. */
  readonly late: readonly Late[];
  /** Whether `KRAKEND_PORT` and the like count when the gateway starts. */
  readonly readsKrakendVariables: boolean;
}

/** A developer's endpoint: everything below its path, with any of its methods. */
export interface BuiltIn {
  readonly kind: "debug" | "echo";
  /** `/__debug/`. */
  readonly path: string;
  readonly methods: readonly string[];
}

/** Milliseconds and bytes; 0 is no limit. */
export interface ServerLimits {
  readonly maxHeaderBytes: number;
  readonly readHeaderTimeoutMs: number;
  readonly readTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly maxShutdownMs: number;
}

/** What the `router` block decides for all routes. */
export interface ServiceSettings {
  readonly returnErrorMessage: boolean;
  readonly hideVersion: boolean;
  /** As a route, in bytes; undefined: no health endpoint. */
  readonly healthPath: string | undefined;
  readonly autoOptions: boolean;
  readonly checkParams: boolean;
  readonly redirectTrailingSlash: boolean;
  readonly redirectFixedPath: boolean;
  readonly methodNotAllowed: boolean;
  readonly removeExtraSlash: boolean;
  /** JSON documents, with marks of late values; undefined: the plain text. */
  readonly notFoundBody: string | undefined;
  readonly methodNotAllowedBody: string | undefined;
  /** Headers that may name the client, lower case; empty: the peer is the client. */
  readonly clientIpHeaders: readonly string[];
  /** Addresses and networks; undefined: everybody. */
  readonly trustedProxies: readonly (string | Late)[] | undefined;
  /** The client is who the header of App Engine says. */
  readonly appEngine: boolean;
  /** HTTP/2 without TLS beside HTTP/1.1. */
  readonly h2c: boolean;
  /** Whether observers tell requests apart by the number of their route (`Exchange.place`). */
  readonly numbersRoutes: boolean;
  /** Paths that the access log leaves out, on bytes; undefined: no access log. */
  readonly accessLog: { readonly skips: readonly (string | Late)[] } | undefined;
}

export interface EndpointSettings {
  /** A partial answer counts as failure. */
  readonly allOrNothing: boolean;
  /** Backends are called one after the other, where there are several. */
  readonly sequential: boolean;
  /** Values of earlier answers that later backends get as parameters: `resp0_id`, `resp1`. */
  readonly propagated: readonly EarlierValue[];
}

export interface BackendSettings {
  /** Called aside: nobody waits for its answer. Milliseconds it may take; undefined: a regular one. */
  readonly asideMs: number | undefined;
  /** Connections of its own kind; undefined: as all others. */
  readonly connections: ConnectionSettings | undefined;
}

/** What `gwc/upstream` decides. 0: no limit. */
export interface ConnectionSettings {
  readonly maxConnections: number;
  readonly maxQueue: number;
  /** Requests on one connection; 1: no pipelining. */
  readonly pipelining: number;
}

export type OutputEncoding = "json" | "json-collection" | "string" | "xml" | "yaml" | "negotiate" | "no-op";

export interface Endpoint {
  /** Upper case. */
  readonly method: string;
  /** As configured, with a leading slash: `/users/{id}`. */
  readonly path: string;
  /** As the router has it, on bytes: `/users/:id`. */
  readonly pattern: string;
  readonly params: readonly PathParam[];
  readonly where: string;
  /** How log lines name it. */
  readonly label: string;
  /** Not a number where the environment says it. */
  readonly timeoutMs: number;
  /** The whole of it, and the share that the calls have. */
  readonly lateTimeout: { readonly whole: Late; readonly share: number } | undefined;
  /** From the arrival of the request: the whole timeout for one backend, 85 % of it for several. */
  readonly callTimeoutMs: number;
  readonly cacheControl: string | undefined;
  readonly output: OutputEncoding;
  /** What of the client's request is there for its backends, before each takes its part. */
  readonly offers: { readonly headers: ForwardPlan; readonly query: QueryPlan };
  readonly settings: EndpointSettings;
  /** Those whose answers count. */
  readonly backends: readonly Backend[];
  /** Those that are called aside. */
  readonly shadows: readonly Backend[];
  readonly rooms: readonly Attached[];
}

export interface PathParam {
  /** As the router knows it: up to the next slash. */
  readonly name: string;
}

export interface Backend {
  /** What the generated program calls it: group, last word of the pattern, or a number. */
  readonly subject: string;
  readonly where: string;
  readonly label: string;
  readonly hosts: readonly (string | Late)[];
  /** The only host is a name of DNS SRV; its targets are called with this scheme. */
  readonly discovery: { readonly scheme: string } | undefined;
  /** Upper case. */
  readonly method: string;
  /** As configured, for error texts. */
  readonly methodText: string;
  /** Path and query with holes for path parameters, on bytes. */
  readonly pattern: readonly PatternPiece[];
  /** `/users/{{.Id}}`, for error texts. */
  readonly patternText: string;
  readonly headers: ForwardPlan;
  readonly query: QueryPlan;
  readonly decode: Decoding;
  readonly shape: ShapePlan;
  /** Upper bound of its own, from the arrival of the request; undefined: the endpoint's. */
  readonly timeoutMs: number | undefined;
  readonly settings: BackendSettings;
  readonly rooms: readonly Attached[];
}

export type PatternPiece =
  | { readonly kind: "late"; readonly late: Late }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "param"; readonly name: string }
  | ({ readonly kind: "earlier" } & EarlierValue);

/** A value of an earlier answer of a sequence. */
export interface EarlierValue {
  /** Its name among the request's parameters: `Resp0_customer.id`. */
  readonly name: string;
  /** Which of the backends, from 0. */
  readonly backend: number;
  /** Keys down to it, in bytes; none: the whole body. */
  readonly path: readonly string[];
}

/** Which headers go upstream. */
export interface ForwardPlan {
  /** Names in canonical form; "all": the client's whole header. */
  readonly client: "all" | readonly string[];
  /** gateway: its own name. client: the client's if it sent one, else the gateway's. none: removed. */
  readonly userAgent: "gateway" | "client" | "client without via" | "none";
  readonly forwardedFor: boolean;
  readonly forwardedHost: boolean;
  /** A body that came with its length goes on with it, and not in chunks. */
  readonly bodyLength: boolean;
}

export type QueryPlan = "none" | "all" | readonly string[];

/** A collection is a list under `collection`; of XML it is the document under that name. */
export type Decoding =
  | "json"
  | "collection"
  | "safejson"
  | "string"
  | "xml"
  | "xml-collection"
  | "feed"
  | "no-op";

/** In the order of application. Paths are lists of keys. */
export interface ShapePlan {
  readonly target: readonly string[];
  readonly allow: KeyTree | undefined;
  readonly deny: KeyTree | undefined;
  readonly mapping: ReadonlyMap<string, string>;
  readonly group: string | undefined;
}

/** A key is listed itself (`true`), or keys below it are. */
export type KeyTree = ReadonlyMap<string, KeyTree | true>;

/** A room at its place. */
export interface Attached {
  readonly feature: AnyFeature;
  readonly stage: Stage;
  readonly plan: unknown;
  readonly site: Site;
}
