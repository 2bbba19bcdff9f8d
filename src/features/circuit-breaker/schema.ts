// What the block may hold, keys as in krakend.json.
import type { Late } from "../../config/late.js";
import type { JsonSchema } from "../kit.js";

export interface Config {
  /** Seconds. */
  readonly interval?: number;
  /** Seconds. */
  readonly timeout?: number;
  readonly max_errors?: number;
  readonly name?: string | Late;
  readonly log_status_change?: boolean;
  /** The spelling of version 1, which KrakenD no longer reads. */
  readonly maxErrors?: number;
  readonly logStatusChange?: boolean;
}

export const schema: JsonSchema = {
  type: "object",
  properties: {
    interval: { type: "number" },
    timeout: { type: "number" },
    max_errors: { type: "number" },
    name: { type: "string", atStart: "bytes" },
    log_status_change: { type: "boolean" },
    maxErrors: { type: "number" },
    logStatusChange: { type: "boolean" },
  },
};
