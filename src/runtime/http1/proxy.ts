// The proxy that the environment names for calls to backends, read once. [Go golang.org/x/net/http/httpproxy]
import { BlockList, isIP } from "node:net";
import { percentDecode } from "../bytes.js";

/** A proxy that calls go through. */
export interface ForwardProxy {
  readonly hostname: string;
  readonly port: number;
  /** `Proxy-Authorization: ...` and the end of the line; empty: none. */
  readonly authorizationLine: string;
}

const IN_CGI = "refusing to use HTTP_PROXY value in CGI environment; see golang.org/s/cgihttpproxy";

type Variables = Readonly<Record<string, string | undefined>>;

export class Proxies {
  readonly #http: ForwardProxy | string | undefined;
  readonly #https: ForwardProxy | string | undefined;
  readonly #exceptions: readonly Exception[];

  constructor(variables: Variables) {
    const named = (name: string): string => variables[name] || variables[name.toLowerCase()] || "";
    const http = parse("HTTP_PROXY", named("HTTP_PROXY"));
    // A CGI program would take the variable from a header of its client.
    this.#http = http !== undefined && variables.REQUEST_METHOD ? IN_CGI : http;
    this.#https = parse("HTTPS_PROXY", named("HTTPS_PROXY"));
    this.#exceptions = named("NO_PROXY").split(",").flatMap(exceptionOf);
  }

  /** The proxy for a host; undefined: none. A text says why there is one that cannot be used. */
  for(scheme: string, hostname: string, port: number): ForwardProxy | string | undefined {
    const proxy = scheme === "https" ? this.#https : this.#http;
    if (proxy === undefined || isLocal(hostname)) return undefined;
    const host = hostname.toLowerCase();
    return this.#exceptions.some((excepts) => excepts(host, port)) ? undefined : proxy;
  }
}

function parse(name: string, value: string): ForwardProxy | string | undefined {
  if (value === "") return undefined;
  const url = urlOf(value.includes("://") ? value : `http://${value}`);
  if (url === undefined || url.hostname === "") return `invalid proxy address in ${name}`;
  if (url.protocol !== "http:")
    return `${name} names a proxy of ${url.protocol}//, and gwc speaks to those of http:// only`;
  return {
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? 80 : Number(url.port),
    authorizationLine: authorizationOf(url),
  };
}

function urlOf(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function authorizationOf({ username, password }: URL): string {
  if (username === "" && password === "") return "";
  const plain = `${percentDecode(username) ?? username}:${percentDecode(password) ?? password}`;
  return `Proxy-Authorization: Basic ${Buffer.from(plain, "latin1").toString("base64")}\r\n`;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** Never called through a proxy. */
function isLocal(hostname: string): boolean {
  const family = isIP(hostname);
  return family === 0 ? hostname === "localhost" : LOOPBACK.check(hostname, family === 6 ? "ipv6" : "ipv4");
}

type Exception = (host: string, port: number) => boolean;

/** `*`, an address, a network, or a domain with all below it (`.example.com`: what is below it alone). */
function exceptionOf(item: string): Exception[] {
  const text = item.trim().toLowerCase();
  if (text === "") return [];
  if (text === "*") return [() => true];
  const network = networkOf(text);
  if (network !== undefined) return [(host) => isIP(host) !== 0 && network.check(host, familyOf(host))];
  const [, name = text, digits] = isIP(text) === 6 ? [] : (/^(.*?)(?::(\d+))?$/.exec(text) ?? []);
  const fits = (port: number): boolean => digits === undefined || Number(digits) === port;
  const bare = name.replace(/^\[|\]$/g, "");
  const address = networkOf(`${bare}/${isIP(bare) === 6 ? 128 : 32}`);
  if (address !== undefined)
    return [(host, port) => isIP(host) !== 0 && address.check(host, familyOf(host)) && fits(port)];
  const below = name.replace(/^\*?\.?/, ".");
  const itself = name.startsWith(".") || name.startsWith("*.") ? undefined : name;
  return [(host, port) => (host === itself || host.endsWith(below)) && fits(port)];
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}

function networkOf(text: string): BlockList | undefined {
  const [address = "", bits = "", ...more] = text.split("/");
  if (more.length > 0 || isIP(address) === 0 || !/^\d{1,3}$/.test(bits)) return undefined;
  if (Number(bits) > (isIP(address) === 6 ? 128 : 32)) return undefined;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), familyOf(address));
  return list;
}

let environment: Proxies | undefined;

/** The proxy that the environment of the process names for a host. */
export function proxyFor(scheme: string, hostname: string, port: number): ForwardProxy | string | undefined {
  environment ??= new Proxies(process.env);
  return environment.for(scheme, hostname, port);
}
