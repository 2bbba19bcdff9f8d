// The backends' hosts -> one constant for each distinct list of hosts.
import type { Backend, Gateway } from "../model/model.js";
import { byteLiteral, type Code, code, identifier, join, ref, runtime } from "./code.js";
import type { Declaration, Module } from "./module.js";
import { camelCase, Names } from "./names.js";
import { transportOfBackends } from "./transport.js";

export class Upstreams {
  readonly #names = new Map<string, string>();
  readonly #hosts = new Map<string, Backend["hosts"]>();
  readonly #gateway: Gateway;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
    const names = new Names(["Upstream", "environment", "TRANSPORT", "DEFAULT_TRANSPORT"]);
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
    const argument = transport === undefined ? code`` : code`, TRANSPORT`;
    const constant = (name: string, value: Code): Declaration => ({
      kind: "constant",
      name,
      exported: name !== "TRANSPORT",
      value,
    });
    const declarations = [...this.#names].map(([key, name]) => {
      const hosts = (this.#hosts.get(key) ?? []).map((host) =>
        typeof host === "string" ? byteLiteral(host) : code`${host}`,
      );
      return constant(name, code`new ${runtime.Upstream}([${join(hosts, ", ")}]${argument})`);
    });
    if (transport !== undefined) declarations.unshift(constant("TRANSPORT", transport));
    return { path: "upstreams.ts", about: ["The hosts of the backends."], declarations };
  }

  #backends(): readonly Backend[] {
    return this.#gateway.endpoints.flatMap(({ backends, shadows }) => [...backends, ...shadows]);
  }
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
