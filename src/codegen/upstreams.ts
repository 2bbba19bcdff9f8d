// The backends' hosts -> one constant for each distinct list of hosts.
import type { Backend, ConnectionSettings, Gateway } from "../model/model.js";
import { byteLiteral, type Code, code, identifier, indent, join, ref, runtime } from "./code.js";
import type { Declaration, Module } from "./module.js";
import { camelCase, Names } from "./names.js";
import { transportOfBackends } from "./transport.js";

export class Upstreams {
  readonly #names = new Map<string, string>();
  /** One of the backends of each. */
  readonly #backends = new Map<string, Backend>();
  readonly #gateway: Gateway;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
    const names = new Names([
      ...["Upstream", "DiscoveredUpstream", "PipelinedOrigin", "environment"],
      ...["TRANSPORT", "DEFAULT_TRANSPORT", "DEFAULT_ORIGIN"],
    ]);
    for (const backend of this.#all()) {
      const key = keyOf(backend);
      if (this.#names.has(key)) continue;
      this.#names.set(key, names.claim(nameFor(backend)));
      this.#backends.set(key, backend);
    }
  }

  /** The constant of a backend's hosts, seen from a route. */
  reference(backend: Backend): Code {
    const name = this.#names.get(keyOf(backend)) ?? "none";
    return code`${ref("../upstreams.js", "* as upstream")}.${identifier(name)}`;
  }

  module(): Module {
    const transport = transportOfBackends(this.#gateway);
    const constant = (name: string, value: Code): Declaration => ({
      kind: "constant",
      name,
      exported: name !== "TRANSPORT",
      value,
    });
    const declarations = [...this.#names].map(([key, name]) =>
      constant(name, upstreamCode(this.#backends.get(key)!, transport !== undefined)),
    );
    if (transport !== undefined) declarations.unshift(constant("TRANSPORT", transport));
    return { path: "upstreams.ts", about: ["The hosts of the backends."], declarations };
  }

  #all(): readonly Backend[] {
    return this.#gateway.endpoints.flatMap(({ backends, shadows }) => [...backends, ...shadows]);
  }
}

/** Backends with equal keys share a constant. */
function keyOf({ hosts, discovery, settings }: Backend): string {
  const texts = hosts.map((host) => (typeof host === "string" ? host : { late: host.name }));
  return JSON.stringify([texts, discovery, settings.connections]);
}

function upstreamCode({ hosts, discovery, settings }: Backend, hasTransport: boolean): Code {
  const texts = hosts.map((host) => (typeof host === "string" ? byteLiteral(host) : code`${host}`));
  const options = settings.connections === undefined ? undefined : connectionsCode(settings.connections);
  const transport = hasTransport ? code`TRANSPORT` : options === undefined ? undefined : code`undefined`;
  const rest = [transport, options].flatMap((each) => (each === undefined ? [] : [each]));
  if (discovery === undefined) {
    return code`new ${runtime.Upstream}(${join([code`[${join(texts, ", ")}]`, ...rest], ", ")})`;
  }
  const name = texts[0] ?? code`""`;
  return code`new ${runtime.DiscoveredUpstream}(${join([name, code`${discovery.scheme}`, ...rest], ", ")})`;
}

function connectionsCode({ maxConnections, maxQueue, pipelining }: ConnectionSettings): Code {
  const members = [
    code`maxConnections: ${maxConnections}`,
    code`maxQueue: ${maxQueue}`,
    code`pipelining: ${pipelining}`,
    ...(pipelining > 1 ? [code`kind: ${runtime.PipelinedOrigin}`] : []),
  ];
  return code`{\n${indent(join(members, ",\n"))},\n}`;
}

/** `http://user-service:8000` -> `userService`; an address gets its port. */
function nameFor(backend: Backend): string {
  const [first = ""] = backend.hosts;
  if (typeof first !== "string") return camelCase(first.name.toLowerCase(), "upstream");
  // Labels of SRV names say service and protocol: `_http._tcp.users.example.com`.
  const host = first.replace(/^[a-z]+:\/\/(?:[^@/]*@)?/, "").replace(/^(?:_[^.]*\.)+(?=.)/, "");
  if (host === "") return "none";
  const name = host.split(/[:/]/)[0] ?? "";
  const port = /:(\d+)/.exec(host)?.[1];
  if (/^[\d.]+$/.test(name)) return port === undefined ? "upstream" : `port${port}`;
  return camelCase(name.split(".")[0] ?? "", "upstream");
}
