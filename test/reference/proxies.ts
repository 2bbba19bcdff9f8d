// A tower of functions around the call of a backend, as KrakenD builds it. Maps of answers are
// shared and changed in place where KrakenD shares and changes them. [lura proxy/]
import type { ConfigBackend, ConfigEndpoint } from "./config.js";
import { flatmap } from "./flatmap.js";
import { encodeQuery, parseUrl } from "./go-url.js";
import { type Data, encodeUtf8, fromConfig, JsonError, NumberText, parseJson, type Value } from "./json.js";
import { format } from "./shape.js";
import { Details, Double, goText } from "./values.js";
import { call, type HeaderList, headerOf } from "./wire.js";

/** What goes down the tower; texts are bytes. */
export interface ProxyRequest {
  readonly params: Map<string, string>;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: HeaderList;
  readonly body: string | undefined;
}

/** What comes back up; `body`, `status` and `headers` where the answer is handed over as it is. */
export interface ProxyResponse {
  data: Data | null;
  isComplete: boolean;
  readonly status?: number;
  readonly headers?: HeaderList;
  readonly body?: string;
}

/** What went wrong, with what the client may be told of it. */
export class ProxyError {
  readonly text: string;
  readonly status: number | undefined;
  readonly contentType: string | undefined;

  constructor(text: string, status?: number, contentType?: string) {
    this.text = text;
    this.status = status;
    this.contentType = contentType;
  }
}

/** A response, an error, or both. */
export interface Result {
  readonly response?: ProxyResponse;
  readonly error?: ProxyError;
}

export type ProxyStack = (request: ProxyRequest) => Promise<Result>;

/** The whole tower of an endpoint. [krakend-ce proxy_factory.go, lura proxy/factory.go] */
export function endpointProxy(
  endpoint: ConfigEndpoint,
  method: string,
  hosts: readonly string[],
): ProxyStack {
  const isAside = (backend: ConfigBackend): boolean => backend.extra_config?.proxy?.shadow === true;
  const setOf = (backends: readonly ConfigBackend[]): ProxyStack => {
    const proxies = backends.map((backend) => backendProxy(backend, endpoint, method, hosts));
    return withStatic(endpoint, withFlatmap(endpoint, proxies.length, merged(endpoint, backends, proxies)));
  };
  const regular = setOf(endpoint.backend.filter((backend) => !isAside(backend)));
  const shadows = endpoint.backend.filter(isAside);
  if (shadows.length === 0) return regular;
  const aside = setOf(shadows);
  return (request) => {
    void aside({ ...request, params: new Map(request.params) });
    return regular(request);
  };
}

/** Only what several backends gave together, and only if none of them failed. */
function withFlatmap(endpoint: ConfigEndpoint, count: number, next: ProxyStack): ProxyStack {
  const operations = endpoint.extra_config?.proxy?.flatmap_filter ?? [];
  if (count < 2 || operations.length === 0) return next;
  return async (request) => {
    const result = await next(request);
    if (result.error !== undefined || result.response === undefined) return result;
    const { data } = result.response;
    return { response: { ...result.response, data: flatmap(data, operations) } };
  };
}

function withStatic(endpoint: ConfigEndpoint, next: ProxyStack): ProxyStack {
  const fixed = endpoint.extra_config?.proxy?.static;
  const data = fixed?.data;
  if (data === undefined) return next;
  return async (request) => {
    const result = await next(request);
    if (!applies(fixed?.strategy, result)) return result;
    const response = result.response ?? { data: new Map(), isComplete: false };
    response.data ??= new Map();
    for (const [key, value] of Object.entries(data)) response.data.set(key, doubles(fromConfig(value)));
    return { ...result, response };
  };
}

function doubles(value: Value): Value {
  if (value instanceof NumberText) return new Double(value.text);
  if (Array.isArray(value)) return value.map(doubles);
  return value instanceof Map ? new Map([...value].map(([key, each]) => [key, doubles(each)])) : value;
}

function applies(strategy: string | undefined, { response, error }: Result): boolean {
  switch (strategy) {
    case "success":
      return error === undefined;
    case "errored":
      return error !== undefined;
    case "complete":
      return error === undefined && response?.isComplete === true;
    case "incomplete":
      return response === undefined || !response.isComplete;
    default:
      return true;
  }
}

function merged(
  endpoint: ConfigEndpoint,
  backends: readonly ConfigBackend[],
  proxies: readonly ProxyStack[],
): ProxyStack {
  if (proxies.length === 1) return proxies[0]!;
  if (endpoint.extra_config?.proxy?.sequential === true) return sequential(backends, proxies);
  return parallel(proxies);
}

function parallel(proxies: readonly ProxyStack[]): ProxyStack {
  return async (request) => {
    const together = new Accumulator(proxies.length);
    await Promise.all(
      proxies.map(async (proxy) =>
        together.add(await proxy({ ...request, params: new Map(request.params) })),
      ),
    );
    return together.result();
  };
}

function sequential(backends: readonly ConfigBackend[], proxies: readonly ProxyStack[]): ProxyStack {
  return async (request) => {
    const together = new Accumulator(proxies.length);
    const parts: (ProxyResponse | undefined)[] = [];
    const found = new Map<string, string>();
    for (const [index, proxy] of proxies.entries()) {
      fillEarlier(backends[index]!, index, parts, found, request.params);
      const result = await proxy({ ...request, params: new Map(request.params) });
      if (result.error !== undefined && index === 0) return result;
      together.add(result);
      if (result.error !== undefined || result.response?.isComplete !== true) break;
      parts[index] = result.response;
    }
    return together.result();
  };
}

/** Values of earlier answers for the placeholders of a pattern. [lura proxy/merging.go sequentialMerge] */
function fillEarlier(
  backend: ConfigBackend,
  index: number,
  parts: readonly (ProxyResponse | undefined)[],
  found: Map<string, string>,
  params: Map<string, string>,
): void {
  for (const [, number = "", key = ""] of backend.url_pattern.matchAll(/\{resp(\d+)_([\w.-]+)\}/g)) {
    const part = parts[Number(number)];
    if (index === 0 || part === undefined) continue;
    const name = `Resp${number}_${key}`;
    const known = found.get(name);
    // An empty text is looked up again.
    if (known !== undefined && known !== "") {
      params.set(name, known);
      continue;
    }
    const steps = key.split(".");
    let data: Data | null = part.data;
    for (const step of steps.slice(0, -1)) {
      const next: Value | undefined = data?.get(step);
      if (!(next instanceof Map)) break;
      data = next;
    }
    const value = data?.get(steps.at(-1)!);
    if (value === undefined) continue;
    const text = encodeUtf8(Array.isArray(value) ? value.map(goText).join(",") : goText(value));
    params.set(name, text);
    found.set(name, text);
  }
}

/** [lura proxy/merging.go incrementalMergeAccumulator, combineData] */
class Accumulator {
  #pending: number;
  #response: ProxyResponse | undefined;
  readonly #errors: ProxyError[] = [];

  constructor(pending: number) {
    this.#pending = pending;
  }

  add({ response, error }: Result): void {
    this.#pending -= 1;
    if (error !== undefined) {
      this.#errors.push(error);
      if (this.#response !== undefined) this.#response.isComplete = false;
    } else if (response !== undefined) {
      this.#response = this.#response === undefined ? response : combine(this.#response, response);
    }
  }

  result(): Result {
    const error =
      this.#errors.length === 0
        ? {}
        : { error: new ProxyError(this.#errors.map((each) => each.text).join("\n")) };
    if (this.#response === undefined) return error;
    if (this.#pending > 0 || this.#errors.length > 0) this.#response.isComplete = false;
    return { response: this.#response, ...error };
  }
}

function combine(first: ProxyResponse, second: ProxyResponse): ProxyResponse {
  let isComplete = true;
  let data: Data | undefined;
  for (const part of [first, second]) {
    isComplete &&= part.data !== null && part.isComplete;
    if (part.data === null) continue;
    if (data === undefined) data = part.data;
    else for (const [key, value] of part.data) data.set(key, value);
  }
  return { data: data ?? new Map(), isComplete };
}

/** How KrakenD names a parameter inside: `id` is `Id`. */
export function paramKey(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

function backendProxy(
  backend: ConfigBackend,
  endpoint: ConfigEndpoint,
  endpointMethod: string,
  hosts: readonly string[],
): ProxyStack {
  const slashed = backend.url_pattern.startsWith("/") ? backend.url_pattern : `/${backend.url_pattern}`;
  const pattern = encodeUtf8(
    slashed.replace(/\{([\w.:/-]+)\}/g, (_whole, name: string) => `{{.${paramKey(name)}}}`),
  );
  const written = backend.method ?? endpointMethod;
  const host = (backend.host ?? hosts)[0]!;
  const kept = backend.input_query_strings ?? [];
  const passed = (backend.input_headers ?? []).map((name) => name.toLowerCase());
  return async (request) => {
    const query = request.query.filter(([name]) => kept.length === 0 || kept.includes(name));
    let path = pattern;
    for (const [key, value] of request.params) path = path.replaceAll(`{{.${key}}}`, value);
    const url = parseUrl(host, path, encodeQuery(query));
    if (typeof url === "string") return { error: new ProxyError(url) };
    const headers = request.headers.filter(
      ([name]) => passed.length === 0 || passed.includes(name.toLowerCase()),
    );
    const named =
      headerOf(headers, "user-agent") === undefined ? [["User-Agent", "Go-http-client/1.1"] as const] : [];
    const zipped =
      headerOf(headers, "accept-encoding") === undefined ? [["Accept-Encoding", "gzip"] as const] : [];
    try {
      const answer = await call(
        host,
        written.toUpperCase(),
        url.target,
        [...headers, ...named, ...zipped],
        request.body,
      );
      const noOp = endpoint.output_encoding === "no-op" || backend.encoding === "no-op";
      if (noOp) return { response: { ...answer, data: new Map(), isComplete: true } };
      if (answer.status !== 200 && answer.status !== 201)
        return failure(
          backend,
          answer.status,
          answer.body,
          headerOf(answer.headers, "content-type") ?? "",
          `[${written} ${pattern}]: ${url.text}`,
        );
      return { response: { data: format(backend, decode(backend, answer.body)), isComplete: true } };
    } catch (fault) {
      return {
        error: new ProxyError(
          encodeUtf8(fault instanceof JsonError || fault instanceof Error ? fault.message : String(fault)),
        ),
      };
    }
  };
}

/** [lura transport/http/client/status.go] */
function failure(backend: ConfigBackend, status: number, body: string, type: string, where: string): Result {
  const options = backend.extra_config?.["backend/http"];
  if (options?.return_error_details) {
    const details: Data = new Details([["http_status_code", new NumberText(String(status))]]);
    if (body !== "") details.set("http_body", Buffer.from(body, "latin1").toString("utf8"));
    if (type !== "") details.set("http_body_encoding", type);
    return {
      response: { data: new Map([[`error_${options.return_error_details}`, details]]), isComplete: false },
    };
  }
  if (options?.return_error_code === true)
    return { error: new ProxyError(body, status, type === "" ? undefined : type) };
  return { error: new ProxyError(`invalid status code ${status} ${where}`) };
}

/** [lura encoding/encoding.go, json.go] */
function decode(backend: ConfigBackend, body: string): Data | null {
  const encoding = (backend.encoding ?? "json").toLowerCase();
  if (encoding === "string") return new Map([["content", Buffer.from(body, "latin1").toString("utf8")]]);
  const value = parseJson(body);
  if (encoding === "safejson") {
    if (value instanceof Map) return value;
    return new Map([[Array.isArray(value) ? "collection" : "content", value]]);
  }
  if (backend.is_collection === true) {
    if (value !== null && !Array.isArray(value)) throw wrongKind(value, "[]interface {}");
    return new Map([["collection", value]]);
  }
  if (value !== null && !(value instanceof Map)) throw wrongKind(value, "map[string]interface {}");
  return value;
}

function wrongKind(value: Value, wanted: string): JsonError {
  const kind = Array.isArray(value)
    ? "array"
    : value instanceof Map
      ? "object"
      : value instanceof NumberText
        ? "number"
        : typeof value === "string"
          ? "string"
          : "bool";
  return new JsonError(`json: cannot unmarshal ${kind} into Go value of type ${wanted}`);
}
