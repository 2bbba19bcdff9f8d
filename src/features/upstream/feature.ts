// `gwc/upstream`: how connections to one backend are used. An option of gwc's own.
import { at } from "../../source/located.js";
import { defineFeature } from "../kit.js";
import { messages } from "./messages.js";

interface Config {
  /** Requests on one connection; true: 32. */
  readonly pipelining?: boolean | number;
  readonly max_connections?: number;
  readonly max_queue?: number;
}

interface Plan {
  readonly maxConnections: number;
  readonly maxQueue: number;
  readonly pipelining: number;
}

/** Requests on one connection where none is said. */
const USUAL_DEPTH = 32;
/** Requests that wait for a connection, where none is said. */
const USUAL_QUEUE = 1024;

/** Requests that may be sent again, so that they may go behind others. */
const SAFE = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

function depthOf({ pipelining = false }: Config): number {
  return pipelining === true ? USUAL_DEPTH : pipelining === false ? 1 : pipelining;
}

export const upstream = defineFeature<Config, Plan>({
  room: "upstream",
  namespace: "gwc/upstream",
  stages: ["client"],
  schema: {
    type: "object",
    properties: {
      pipelining: { type: ["boolean", "integer"], minimum: 1, maximum: 1000 },
      max_connections: { type: "integer", minimum: 1, maximum: 100_000 },
      max_queue: { type: "integer", minimum: 0, maximum: 1_000_000 },
    },
  },
  lenient: "block",
  leniency: "does not know this block, and ignores it",
  messages: messages.messages,
  check(config, site, report) {
    const place = (key: keyof Config) => at(site.block, key)?.span ?? site.keySpan;
    if (depthOf(config) > 1) {
      const { method = "GET", output } = site;
      if (!SAFE.has(method)) report(messages.say("upstream/unsafe-method", place("pipelining"), { method }));
      else if (output === "no-op") report(messages.say("upstream/no-op", place("pipelining")));
    }
    const isBounded = config.max_connections !== undefined || depthOf(config) > 1;
    if (config.max_queue !== undefined && !isBounded)
      report(messages.say("upstream/nothing-waits", place("max_queue")));
  },
  plan(config) {
    const { max_connections: maxConnections = 0, max_queue: maxQueue = USUAL_QUEUE } = config;
    const pipelining = depthOf(config);
    const isUsual = maxConnections === 0 && pipelining === 1;
    return isUsual ? undefined : { maxConnections, maxQueue, pipelining };
  },
  settings: (plan) => ({ backend: { connections: plan } }),
});
