// An interpreter of krakend.json: nothing is decided before a request comes, nothing is fast, and
// nothing of the compiler is used. What it answers is what the compiled gateway has to answer.
// [lura router/gin/endpoint.go, router/gin/engine.go]
import type { ConfigEndpoint, ConfigRoot, RouterOptions } from "./config.js";
import { escapeFault, parseQuery, percentDecoded, percentEncoded } from "./go-url.js";
import { encodeUtf8, fromConfig, printJson } from "./json.js";
import { endpointProxy, type ProxyRequest, type ProxyStack, paramKey, type Result } from "./proxies.js";
import { render } from "./render.js";
import { cleaned, type Missed, Router } from "./router.js";
import { type HeaderList, headerOf } from "./wire.js";

/** What a client sends; texts are bytes. */
export interface ClientRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly host: string;
  readonly headers: HeaderList;
  readonly body: string | undefined;
}

export interface ClientAnswer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: string;
}

interface Endpoint {
  readonly config: ConfigEndpoint;
  readonly proxy: ProxyStack;
}

const INCOMPLETE = ["X-Krakend-Completed", "false"] as const;
const TEXT_TYPE = ["Content-Type", "text/plain; charset=utf-8"] as const;
const AGENT = "KrakenD Version 2.13.8";

export class ReferenceGateway {
  readonly #config: ConfigRoot;
  readonly #options: RouterOptions;
  readonly #router: Router<Endpoint>;

  constructor(config: ConfigRoot) {
    this.#config = config;
    this.#options = config.extra_config?.router ?? {};
    const routes = config.endpoints.map((endpoint) => {
      const method = (endpoint.method ?? "GET").toUpperCase();
      const segments = encodeUtf8(endpoint.endpoint).slice(1).split("/");
      const proxy = endpointProxy(endpoint, method, config.host ?? []);
      return { method, segments, handler: { config: endpoint, proxy } };
    });
    this.#router = new Router(config, routes);
  }

  async answer(request: ClientRequest): Promise<ClientAnswer> {
    const [rawPath = "", ...rest] = request.target.split("?");
    const query = rest.join("?");
    const path = percentDecoded(rawPath);
    if (path === undefined) return { status: 400, headers: [TEXT_TYPE], body: "400 Bad Request" };
    const options = this.#autoOptions(request.method, path);
    if (options !== undefined) return options;
    const found = this.#router.find(request.method, path);
    if (!("route" in found)) return this.#missed(found, request);
    return (
      this.#checked([...found.params.values()]) ??
      (await this.#serve(found.route.handler, request, found.params, query))
    );
  }

  /** Every path that is there lists its methods. */
  #autoOptions(method: string, path: string): ClientAnswer | undefined {
    if (this.#options.auto_options !== true || method !== "OPTIONS") return undefined;
    const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    const found = methods.map((each) => this.#router.find(each, path));
    const allowed = methods.filter((_each, index) => "route" in found[index]!);
    const [one] = found.filter((each) => "route" in each);
    if (one === undefined || !("route" in one)) return undefined;
    const refused = this.#checked([...one.params.values()]);
    return refused ?? { status: 200, headers: [["Allow", allowed.sort().join(", ")]], body: "" };
  }

  #missed(missed: Missed, { method, target }: ClientRequest): ClientAnswer {
    const { error_body: bodies = {} } = this.#options;
    if (missed.kind === "redirect") return redirected(missed.path, method, /\?.*$/s.exec(target)?.[0] ?? "");
    const allow = missed.kind === "not found" ? [] : [["Allow", missed.allow.join(", ")] as const];
    const refused = this.#checked(missed.tried);
    if (refused !== undefined) return { ...refused, headers: [...refused.headers, ...allow] };
    const status = missed.kind === "not found" ? 404 : 405;
    const text = status === 404 ? "404 page not found" : "405 method not allowed";
    const own = bodies[String(status)];
    const type = own == null ? "text/plain" : "application/json; charset=utf-8";
    const body = own == null ? text : encodeUtf8(printJson(fromConfig(own)));
    return { status, headers: [["Content-Type", type], ...allow, INCOMPLETE], body };
  }

  #checked(params: readonly string[]): ClientAnswer | undefined {
    if (this.#options.disable_path_decoding === true) return undefined;
    for (const value of params) {
      const fault = escapeFault(value);
      const changes = fault === undefined && (percentDecoded(value) !== value || /[?#]/.test(value));
      const text = fault ?? (changes ? "encoded url params" : undefined);
      if (text !== undefined) return { status: 400, headers: [TEXT_TYPE], body: `error: ${text}` };
    }
    return undefined;
  }

  async #serve(
    { config, proxy }: Endpoint,
    request: ClientRequest,
    params: ReadonlyMap<string, string>,
    query: string,
  ): Promise<ClientAnswer> {
    const names = config.input_query_strings ?? [];
    const result = await proxy({
      params: new Map([...params].map(([name, value]) => [paramKey(name), value])),
      query: parseQuery(query).filter(
        ([name]) => names.includes("*") || names.map(encodeUtf8).includes(name),
      ),
      headers: forwarded(config.input_headers ?? [], request),
      body: request.body,
    });
    return this.#replied(config, result, request);
  }

  #replied(config: ConfigEndpoint, { response, error }: Result, request: ClientRequest): ClientAnswer {
    const filled = response?.data != null && response.data.size > 0;
    const complete = filled && response.isComplete;
    const ttl = seconds(config.cache_ttl) || seconds(this.#config.cache_ttl);
    const headers: (readonly [string, string])[] = [["X-Krakend-Completed", String(complete)]];
    if (complete && ttl !== 0) headers.push(["Cache-Control", `public, max-age=${Math.trunc(ttl)}`]);
    if (filled) headers.push(...(response.headers ?? []));
    if (response === undefined) {
      const { text = "", status = 500, contentType } = error ?? {};
      const body = this.#options.return_error_msg === true ? text : "";
      const type = body === "" ? [] : [["Content-Type", contentType ?? sniffed(body)] as const];
      return { status, headers: [...headers, ...type], body };
    }
    const output = outputOf(config, this.#config);
    if (output === "no-op") {
      const status = response.status ?? 200;
      return { status, headers: [...headers, ...(response.headers ?? [])], body: response.body ?? "" };
    }
    const { type, body } = render(output, response.data, headerOf(request.headers, "accept"));
    const typed = headerOf(headers, "content-type") === undefined ? [["Content-Type", type] as const] : [];
    return { status: 200, headers: [...headers, ...typed], body };
  }
}

const OUTPUTS = ["json", "json-collection", "string", "xml", "yaml", "negotiate", "no-op"];

/** An encoding without a writer gives way to that of the only backend, and that to JSON. */
function outputOf(endpoint: ConfigEndpoint, root: ConfigRoot): string {
  const written = endpoint.output_encoding || root.output_encoding || "json";
  const only = endpoint.backend.length === 1 ? (endpoint.backend[0]!.encoding ?? "json") : "json";
  return [written, only].find((each) => OUTPUTS.includes(each)) ?? "json";
}

/** What the proxies may hand on to backends. [lura router/gin/endpoint.go NewRequest] */
function forwarded(names: readonly string[], { headers, host }: ClientRequest): ProxyRequest["headers"] {
  const wanted = names.length === 0 ? ["content-type"] : names.map((name) => name.toLowerCase());
  const OWN = ["x-forwarded-for", "x-forwarded-host", "user-agent", "host", "content-length"];
  const passed = headers.filter(
    ([name]) =>
      (wanted.includes("*") || wanted.includes(name.toLowerCase())) && !OWN.includes(name.toLowerCase()),
  );
  const agent =
    wanted.includes("*") || wanted.includes("user-agent") ? headerOf(headers, "user-agent") : undefined;
  const via = agent === undefined ? [] : [["X-Forwarded-Via", AGENT] as const];
  const [client = "127.0.0.1"] = (headerOf(headers, "x-forwarded-for") ?? "127.0.0.1").split(",");
  return [
    ...passed,
    ["X-Forwarded-For", client.trim()],
    ["X-Forwarded-Host", host],
    ["User-Agent", agent ?? AGENT],
    ...via,
  ];
}

/** A duration of one unit, in seconds. */
function seconds(text = "0s"): number {
  return [...text.matchAll(/([\d.]+)(ms|s|m|h)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * { ms: 0.001, s: 1, m: 60, h: 3600 }[unit!]!,
    0,
  );
}

/** [Go net/http Redirect] */
function redirected(path: string, method: string, search: string): ClientAnswer {
  const encoded = percentEncoded(path);
  const short = cleaned(encoded.replace(/\/\.?$/, ""));
  const kept = encoded.endsWith("/") && short !== "/" ? `${short}/` : short;
  const location = kept + search;
  if (method !== "GET") return { status: 307, headers: [["Location", location]], body: "" };
  const marks: Record<string, string> = { "&": "amp", "<": "lt", ">": "gt", '"': "#34", "'": "#39" };
  const link = location.replace(/[&<>"']/g, (mark) => `&${marks[mark]};`);
  const headers = [["Location", location] as const, ["Content-Type", "text/html; charset=utf-8"] as const];
  return { status: 301, headers, body: `<a href="${link}">Moved Permanently</a>.\n\n` };
}

/** [Go net/http sniff.go] */
function sniffed(text: string): string {
  if (/^\s*<(?:!DOCTYPE HTML|HTML|HEAD|BODY|B|P|A|DIV)[ >]/i.test(text)) return "text/html; charset=utf-8";
  if (/^\s*<\?xml/.test(text)) return "text/xml; charset=utf-8";
  return /[\0-\x08\x0b\x0e-\x1a\x1c-\x1f]/.test(text) ? "application/octet-stream" : TEXT_TYPE[1];
}
