// What the block may hold, keys as in krakend.json.
import type { JsonSchema } from "../kit.js";

export interface Config {
  readonly shared?: boolean;
  readonly max_items?: number;
  /** Bytes. */
  readonly max_size?: number;
}

export const schema: JsonSchema = {
  type: "object",
  properties: {
    shared: { type: "boolean" },
    max_items: { type: "integer", minimum: 0 },
    max_size: { type: "integer", minimum: 0 },
  },
};
