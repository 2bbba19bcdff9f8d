// Random configurations and requests. What KrakenD itself decides by chance is left out: mappings
// that form chains, bodies for several GET backends, backends that answer at the same moment.
import type { CaseBackend, CaseConfig, CaseEndpoint, CaseRequest, CaseStep, FuzzCase } from "./case.js";
import { documentText, keyOf, pathOf, type Shape, shapeOf } from "./documents.js";
import { Chance } from "./random.js";

const METHODS = ["GET", "GET", "GET", "POST", "POST", "PUT", "PATCH", "DELETE"];
const PARAMS = ["id", "slug", "Page"];
const OUTPUTS = ["json", "json-collection", "string", "negotiate", "xml", "yaml", "no-op", "JSON", "msgpack"];
const ENCODINGS = ["json", "safejson", "string", "no-op", "SafeJSON"];
const STRATEGIES = ["always", "success", "complete", "errored", "incomplete"];
const STATUSES = [200, 200, 200, 200, 200, 200, 201, 204, 301, 400, 404, 418, 500, 503];
const PARAM_VALUES = [
  "7",
  "0",
  "A",
  "x.y",
  "a%20b",
  "%C5%BC",
  "a+b",
  "z",
  "%2e%2e",
  "a%2Fb",
  "%25",
  "a%3Fb",
  "a;b",
  "a&b=c",
  "a'b(c)",
];
const QUERIES = [
  "q=1",
  "q",
  "Q=up",
  "q=1&q=2&page=3",
  "q=a%20b+c&z=1",
  "a=1;b=2",
  "q=%zz",
  "page=1&page=",
  "",
  "q=%C5%BC&x=<>",
];
const ACCEPTS = [
  "application/json",
  "application/xml",
  "text/plain",
  "*/*",
  "application/yaml",
  "text/html, application/xml;q=0.9",
];
const BODIES: readonly unknown[] = ["", "plain", { a: 1 }, { nested: { x: [1, 2] } }, '{"a":', "[]"];

/** The case of one seed: up to six endpoints, or as many as are asked for. */
export function randomCase(seed: number, most = 6): FuzzCase {
  return new Generator(seed).case(most);
}

class Generator {
  readonly #chance: Chance;
  readonly #seed: number;
  readonly #upstream: FuzzCase["upstream"] = {};

  constructor(seed: number) {
    this.#seed = seed;
    this.#chance = new Chance(seed);
  }

  case(most: number): FuzzCase {
    const chance = this.#chance;
    const count = most > 6 ? most : 1 + chance.below(most);
    const endpoints = Array.from({ length: count }, (_none, index) => this.#endpoint(index));
    const config: CaseConfig = { version: 3, timeout: "3s", host: ["{{backend}}"], endpoints };
    if (chance.happens(0.2)) config.output_encoding = chance.pick(OUTPUTS.filter((name) => name !== "no-op"));
    if (chance.happens(0.15)) config.cache_ttl = chance.pick(["10s", "500ms"]);
    if (chance.happens(0.3)) config.extra_config = { router: this.#router() };
    const steps = endpoints.flatMap((endpoint) => this.#steps(endpoint));
    return { name: `fuzz/${this.#seed}`, config, upstream: this.#upstream, steps };
  }

  #router(): Record<string, unknown> {
    return this.#chance.pick<Record<string, unknown>>([
      { return_error_msg: true },
      { remove_extra_slash: true },
      { disable_redirect_trailing_slash: true },
      { disable_redirect_fixed_path: true },
      { hide_version_header: true },
      { disable_handle_method_not_allowed: true },
      { disable_path_decoding: true },
      { auto_options: true },
      { error_body: { "404": { error: "gone" }, "405": ["no"] } },
    ]);
  }

  #endpoint(index: number): CaseEndpoint {
    const chance = this.#chance;
    const params = chance.happens(0.6) ? chance.some(PARAMS, 2) : [];
    const path = [`/e${index}`, ...params.map((name) => `{${name}}`)].join("/");
    const method = chance.pick(METHODS);
    const output = chance.happens(0.7) ? chance.pick(OUTPUTS) : undefined;
    const backends = output === "no-op" || chance.happens(0.45) ? 1 : 2 + chance.below(2);
    const sequential = backends > 1 && chance.happens(0.35);
    const endpoint: CaseEndpoint = { endpoint: path, method, backend: [] };
    if (method === "GET" && chance.happens(0.5)) delete endpoint.method;
    if (output !== undefined) endpoint.output_encoding = output;
    if (chance.happens(0.5)) endpoint.input_headers = this.#headers();
    if (chance.happens(0.5)) endpoint.input_query_strings = chance.pick([["q"], ["q", "page"], ["*"], ["Q"]]);
    if (chance.happens(0.3)) endpoint.cache_ttl = chance.pick(["0s", "30s", "1m30s"]);
    if (output !== "no-op" && chance.happens(0.08)) endpoint.concurrent_calls = 2;
    const proxy = this.#proxy(sequential, backends > 1);
    if (Object.keys(proxy).length > 0) endpoint.extra_config = { proxy };
    for (let each = 0; each < backends; each += 1) {
      endpoint.backend.push(this.#backend(`r${index}_${each}`, each, params, sequential, output === "no-op"));
    }
    const last = endpoint.backend.at(-1)!;
    if (backends > 1 && chance.happens(0.15))
      last.extra_config = { ...(last.extra_config as object), proxy: { shadow: true } };
    // KrakenD then shows the headers of the backend around the fixed data; gwc does not.
    if (proxy.static !== undefined && output !== "no-op") {
      for (const backend of endpoint.backend) if (backend.encoding === "no-op") delete backend.encoding;
    }
    return endpoint;
  }

  #headers(): string[] {
    return this.#chance.pick([
      ["X-A"],
      ["x-b"],
      ["*"],
      ["X-A", "Content-Type"],
      ["User-Agent", "X-Forwarded-For"],
      ["Accept", "x-a"],
    ]);
  }

  #proxy(sequential: boolean, several: boolean): Record<string, unknown> {
    const chance = this.#chance;
    const proxy: Record<string, unknown> = {};
    if (sequential) proxy.sequential = true;
    if (several && chance.happens(0.1)) proxy.flatmap_filter = this.#operations(shapeOf(chance));
    if (chance.happens(0.2)) {
      const data = chance.pick<Record<string, unknown>>([
        { static: true, id: 1.5, nested: { a: [1] } },
        { content: "fixed", collection: [1, null], big: 1e21 },
        {},
      ]);
      proxy.static = { strategy: chance.pick(STRATEGIES), data };
    }
    return proxy;
  }

  #backend(
    name: string,
    index: number,
    params: readonly string[],
    sequential: boolean,
    noOp: boolean,
  ): CaseBackend {
    const chance = this.#chance;
    const shape = shapeOf(chance);
    this.#reply(name, shape);
    const backend: CaseBackend = { url_pattern: this.#pattern(name, index, params, sequential, shape) };
    if (chance.happens(0.25)) backend.encoding = chance.pick(ENCODINGS);
    if (chance.happens(shape.kind === "list" ? 0.8 : 0.1)) backend.is_collection = true;
    if (chance.happens(0.25)) backend.method = chance.pick(["GET", "POST", "PUT", "get"]);
    if (chance.happens(0.2)) backend.input_headers = chance.pick([["X-A"], ["x-b"], [], ["User-Agent"]]);
    if (chance.happens(0.2)) backend.input_query_strings = chance.pick([["q"], ["page"], []]);
    if (!noOp) this.#shaping(backend, index, shape);
    const extra = this.#backendExtra(index, shape);
    if (Object.keys(extra).length > 0) backend.extra_config = extra;
    return backend;
  }

  #pattern(
    name: string,
    index: number,
    params: readonly string[],
    sequential: boolean,
    shape: Shape,
  ): string {
    const chance = this.#chance;
    const delay = index > 0 && !sequential ? `/delay/${100 * index}` : "";
    const used = params.filter(() => chance.happens(0.6)).map((param) => `/{${param}}`);
    const earlier =
      sequential && index > 0 && chance.happens(0.6) ? [`/{resp${index - 1}_${this.#respKey(shape)}}`] : [];
    const query = chance.happens(0.25) ? "?fixed=1" : "";
    const inQuery = query !== "" && params.length > 0 && chance.happens(0.6) ? `&p={${params[0]!}}` : "";
    return `${delay}/own/${name}${used.join("")}${earlier.join("")}${query}${inQuery}`;
  }

  /** Only what a placeholder may hold. */
  #respKey(shape: Shape): string {
    const path = this.#chance.happens(0.8) ? pathOf(this.#chance, shape) : "nope";
    return /^[\w.-]+$/.test(path) ? path : "id";
  }

  #shaping(backend: CaseBackend, index: number, shape: Shape): void {
    const chance = this.#chance;
    if (chance.happens(0.35)) backend.group = chance.pick([`own${index}`, "g1", "user"]);
    if (chance.happens(0.15)) backend.target = chance.happens(0.7) ? pathOf(chance, shape) : "a.b.c";
    const list = this.#paths(shape);
    if (chance.happens(0.3)) backend.allow = list;
    else if (chance.happens(0.25)) backend.deny = list;
    if (chance.happens(0.3)) backend.mapping = this.#mapping(shape);
  }

  #paths(shape: Shape): string[] {
    const chance = this.#chance;
    return Array.from({ length: 1 + chance.below(3) }, () =>
      chance.happens(0.75)
        ? pathOf(chance, shape)
        : chance.pick(["nope", "id.nope", "collection", "content"]),
    );
  }

  /** New names that are nobody's old name: chains are up to chance in KrakenD. */
  #mapping(shape: Shape): Record<string, string> {
    const chance = this.#chance;
    const names = ["renamed", "deep.key", "m0", "m1"];
    const entries = Array.from({ length: 1 + chance.below(2) }, (_none, at): [string, string] => [
      chance.happens(0.7) ? keyOf(chance, shape) : pathOf(chance, shape),
      names[(at + chance.below(2) * 2) % 4]!,
    ]);
    return Object.fromEntries(
      new Map(entries.map(([key, value], at) => [key, at === 1 && value === entries[0]?.[1] ? "m3" : value])),
    );
  }

  #backendExtra(index: number, shape: Shape): Record<string, unknown> {
    const chance = this.#chance;
    const extra: Record<string, unknown> = {};
    if (chance.happens(0.25)) {
      extra["backend/http"] = chance.happens(0.5)
        ? { return_error_code: true }
        : { return_error_details: `back${index}` };
    }
    if (chance.happens(0.15)) extra.proxy = { flatmap_filter: this.#operations(shape) };
    return extra;
  }

  #operations(shape: Shape): readonly unknown[] {
    const chance = this.#chance;
    return Array.from({ length: 1 + chance.below(2) }, () => {
      const source = chance.happens(0.7) ? pathOf(chance, shape) : "a.b";
      const type = chance.pick(["del", "del", "move", "append"]);
      if (type === "del") return { type, args: [source] };
      return { type, args: [source, chance.pick(["moved", "to.there", "list"])] };
    });
  }

  #reply(name: string, shape: Shape): void {
    const chance = this.#chance;
    const status = chance.pick(STATUSES);
    const headers: Record<string, string> = {};
    if (status === 301) headers.Location = `/own/${name}`;
    if (chance.happens(0.1)) Object.assign(headers, { "X-Up": "one", "Cache-Control": "max-age=9" });
    this.#upstream[name] = {
      status: status === 204 || status === 301 ? 200 : status,
      body: documentText(chance, shape),
      ...(chance.happens(0.15) ? { chunked: true } : {}),
      ...(chance.happens(0.15) ? { gzip: true } : {}),
      ...(Object.keys(headers).length > 0 && status !== 301 ? { headers } : {}),
    };
  }

  #steps(endpoint: CaseEndpoint): CaseStep[] {
    const chance = this.#chance;
    const right = this.#request(endpoint, endpoint.method ?? "GET");
    const steps = [right];
    if (chance.happens(0.3)) {
      const other = chance.pick(["GET", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS"]);
      steps.push(this.#request(endpoint, other));
    }
    if (chance.happens(0.15)) steps.push({ ...right, path: bend(chance, right.path) });
    const ignored = endpoint.concurrent_calls === undefined ? {} : { ignore_upstream: true };
    return steps.map((request) => ({ request, ...ignored }));
  }

  #request(endpoint: CaseEndpoint, method: string): CaseRequest {
    const chance = this.#chance;
    const path = endpoint.endpoint.replace(/\{\w+\}/g, () => chance.pick(PARAM_VALUES));
    const query = chance.happens(0.4) ? `?${chance.pick(QUERIES)}` : "";
    const request: CaseRequest = { method, path: path + query };
    const headers: Record<string, string> = {};
    if (chance.happens(0.5))
      Object.assign(headers, { "X-A": chance.pick(["1", "two words", "żółć"]), "X-B": "b" });
    if (chance.happens(0.3)) headers.Accept = chance.pick(ACCEPTS);
    if (chance.happens(0.1)) headers["X-Forwarded-For"] = "203.0.113.9";
    if (Object.keys(headers).length > 0) request.headers = headers;
    if (takesBody(endpoint, method) && chance.happens(0.7)) request.body = chance.pick(BODIES);
    return request;
  }
}

/** Several backends that are all safe would fight for a body. */
function takesBody(endpoint: CaseEndpoint, method: string): boolean {
  if (method === "GET" || method === "HEAD" || method === "OPTIONS") return false;
  const methods = endpoint.backend.map((backend) =>
    String(backend.method ?? endpoint.method ?? "GET").toUpperCase(),
  );
  return endpoint.backend.length === 1 || methods.some((each) => each !== "GET" && each !== "HEAD");
}

/** A path near a route. */
function bend(chance: Chance, path: string): string {
  const [before = "", ...query] = path.split("?");
  const rest = query.length === 0 ? "" : `?${query.join("?")}`;
  return (
    chance.pick([
      `${before}/`,
      before.toUpperCase(),
      `/${before}`,
      `${before}/more`,
      before.replace("/e", "/%65"),
    ]) + rest
  );
}
