// What the two blocks may hold, keys as in krakend.json.
import type { JsonSchema } from "../kit.js";

/** The block of an endpoint. */
export interface Config {
  readonly max_rate?: number;
  readonly capacity?: number;
  readonly client_max_rate?: number;
  readonly client_capacity?: number;
  readonly strategy?: string;
  readonly key?: string;
  readonly every?: string;
  readonly cleanup_period?: string;
  /** KrakenD spreads clients over maps of their own against lock contention: nothing to do here. */
  readonly num_shards?: number;
  /** Quirk: read and never used [krakend-ratelimit router/store.go]. */
  readonly cleanup_threads?: number;
}

/** The block of a backend. */
export interface ProxyConfig {
  readonly max_rate?: number;
  readonly capacity?: number;
  readonly every?: string;
}

const period = { type: "string", atBuild: "rates are calculated when building" } as const;

/** Signs are left to the rules, which can say what KrakenD makes of them. */
export const schema: JsonSchema = {
  type: "object",
  properties: {
    max_rate: { type: "number" },
    capacity: { type: "number" },
    client_max_rate: { type: "number" },
    client_capacity: { type: "number" },
    strategy: { type: "string", atBuild: "the strategy decides what is generated" },
    key: { type: "string", atBuild: "what tells clients apart decides what is generated" },
    every: period,
    cleanup_period: period,
    num_shards: { type: "number" },
    cleanup_threads: { type: "number" },
  },
};

export const proxySchema: JsonSchema = {
  type: "object",
  properties: {
    max_rate: { type: "number" },
    capacity: { type: "number" },
    every: period,
  },
};
