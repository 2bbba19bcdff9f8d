// The backends' hosts -> one constant for each distinct list of hosts.
import type { Backend, Gateway } from "../model/model.js";
import { byteLiteral, type Code, code, identifier, join, ref, runtime } from "./code.js";
import type { Declaration, Module } from "./module.js";
import { camelCase, Names } from "./names.js";
import { tlsOfBackends, transportOfBackends } from "./transport.js";

export class Upstreams {
  readonly #names = new Map<string, string>();
  readonly #hosts = new Map<string, Backend["hosts"]>();
  readonly #gateway: Gateway;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
    const names = new Names([
      "Upstream",
      "environment",
      "TRANSPORT",
      "DEFAULT_TRANSPORT",
      "SECURE",
      "DEFAULT_ORIGIN",
      "dialTls",
    ]);
    for (const backend of this.#backends()) {
      const key = keyOf(backend);
      if (this.#names.has(key)) continue;
      this.#names.set(key, names.claim(nameFor(backend)));
      this.#hosts.set(key, backend.hosts);
    }
  }

  /** The constant of a backend's hosts, seen from a route. */
  reference(backend: Backend): Code {
    const name = this.#names.get(keyOf(backend)) ?? "none";
    return code`${ref("../upstreams.js", "* as upstream")}.${identifier(name)}`;
  }

  module(): Module {
    const transport = transportOfBackends(this.#gateway);
    const declarations = [...this.#names].map(([key, name]) => {
      const hosts = this.#hosts.get(key) ?? [];
      const list = hosts.map((host) => (typeof host === "string" ? byteLiteral(host) : code`${host}`));
      return constant(
        name,
        code`new ${runtime.Upstream}([${join(list, ", ")}]${argumentsFor(hosts, transport)})`,
      );
    });
    if ([...this.#hosts.values()].some(mayNeedTls))
      declarations.unshift(constant("SECURE", this.#secure(), false));
    if (transport !== undefined) declarations.unshift(constant("TRANSPORT", transport, false));
    return { path: "upstreams.ts", about: ["The hosts of the backends."], declarations };
  }

  #secure(): Code {
    return code`{ ...${runtime.DEFAULT_ORIGIN}, secure: ${tlsOfBackends(this.#gateway)} }`;
  }

  #backends(): readonly Backend[] {
    return this.#gateway.endpoints.flatMap(({ backends, shadows }) => [...backends, ...shadows]);
  }
}

function constant(name: string, value: Code, exported = true): Declaration {
  return { kind: "constant", name, exported, value };
}

/** What stands behind the hosts: how connections are made, and with what. */
function argumentsFor(hosts: Backend["hosts"], transport: Code | undefined): Code {
  const first = transport === undefined ? code`${runtime.DEFAULT_TRANSPORT}` : code`TRANSPORT`;
  if (mayNeedTls(hosts)) return code`, ${first}, SECURE`;
  return transport === undefined ? code`` : code`, TRANSPORT`;
}

/** A host that is known only at start may be one of TLS. */
function mayNeedTls(hosts: Backend["hosts"]): boolean {
  return hosts.some((host) => typeof host !== "string" || /^https:/i.test(host));
}

function keyOf(backend: Backend): string {
  return JSON.stringify(backend.hosts.map((host) => (typeof host === "string" ? host : { late: host.name })));
}

/** `http://user-service:8000` -> `userService`; an address gets its port. */
function nameFor(backend: Backend): string {
  const [first = ""] = backend.hosts;
  if (typeof first !== "string") return camelCase(first.name.toLowerCase(), "upstream");
  const host = first.replace(/^[a-z]+:\/\/(?:[^@/]*@)?/, "");
  if (host === "") return "none";
  const name = host.split(/[:/]/)[0] ?? "";
  const port = /:(\d+)/.exec(host)?.[1];
  if (/^[\d.]+$/.test(name)) return port === undefined ? "upstream" : `port${port}`;
  return camelCase(name.split(".")[0] ?? "", "upstream");
}
