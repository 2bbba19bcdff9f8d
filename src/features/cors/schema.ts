// What a `security/cors` block may hold. Lists are looked at item by item, and `max_age` by the rules
// of the room, since KrakenD does something else than to take a wrong value as absent.
export interface Config {
  readonly allow_origins?: readonly unknown[];
  readonly allow_methods?: readonly unknown[];
  readonly allow_headers?: readonly unknown[];
  readonly expose_headers?: readonly unknown[];
  readonly allow_credentials?: boolean;
  readonly allow_private_network?: boolean;
  readonly max_age?: unknown;
  readonly options_passthrough?: boolean;
  readonly options_success_status?: number;
  readonly debug?: boolean;
}

const list = {
  type: "array",
  atBuild: "methods and names of headers are ordered and compared when building",
} as const;
const flag = { type: "boolean" } as const;

export const schema = {
  type: "object",
  properties: {
    allow_origins: { type: "array", atStart: "origin" },
    allow_methods: list,
    allow_headers: list,
    expose_headers: list,
    allow_credentials: flag,
    allow_private_network: flag,
    max_age: { atBuild: "the header is a constant" },
    options_passthrough: flag,
    options_success_status: { type: "number" },
    debug: flag,
  },
} as const;
