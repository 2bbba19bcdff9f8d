// What a `gwc/retry` block may hold.
import type { JsonSchema } from "../kit.js";

export interface Config {
  /** All calls together, the first one included. */
  readonly attempts?: number;
  /** Durations. */
  readonly backoff?: string;
  readonly max_backoff?: string;
  readonly attempt_timeout?: string;
  readonly failures?: readonly ("connection" | "timeout")[];
  readonly statuses?: readonly number[];
  /** Retries for each call, on average. */
  readonly budget?: number;
  readonly unsafe_methods?: boolean;
}

const duration = { type: "string", atBuild: "times are compared when building" } as const;

export const schema: JsonSchema = {
  type: "object",
  properties: {
    attempts: { type: "integer", minimum: 2, maximum: 10 },
    backoff: duration,
    max_backoff: duration,
    attempt_timeout: duration,
    failures: {
      type: "array",
      items: { enum: ["connection", "timeout"], atBuild: "it decides what is generated" },
    },
    statuses: { type: "array", items: { type: "integer", minimum: 400, maximum: 599 } },
    budget: { type: "number", exclusiveMinimum: 0, maximum: 1 },
    unsafe_methods: { type: "boolean" },
  },
};
