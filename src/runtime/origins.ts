// The hosts that backends have, and those that answers send to. One origin for each, so that backends
// with the same host share its connections.
import { percentDecode } from "./bytes.js";
import type { Address } from "./http1/dial.js";
import { Origin, type OriginOptions } from "./http1/origin.js";
import { proxyFor } from "./http1/proxy.js";
import { dialTls } from "./tls/dial.js";
import type { TransportOptions } from "./transport.js";

/** A host that cannot be called, and why. */
export interface BadHost {
  readonly host: string;
  readonly reason: string;
}

const origins = new Map<string, Origin>();

/** Any backend may redirect to a host of TLS, so no gateway is without it. */
const secureByDefault = dialTls();

/** Hosts that no configuration names: redirects lead there. The oldest make room. */
const strangers = new Map<string, Origin>();
const MOST_STRANGERS = 64;

/** What goes on besides connections. */
const endings = new Set<() => void>();

/** Calls back when the backends are not called any more. */
export function onUpstreamsClosed(ending: () => void): void {
  endings.add(ending);
}

/** Closes every connection to every backend. */
export function closeUpstreams(): void {
  for (const ending of endings) ending();
  for (const known of [origins, strangers]) for (const origin of known.values()) origin.destroy();
}

/** Host strings are `http://name:port`; unsanitised ones may hold credentials and a path. */
export function originOf(
  host: string,
  transport: TransportOptions,
  options: OriginOptions,
): Origin | BadHost {
  const key = keyOf(host, options);
  const known = origins.get(key);
  if (known !== undefined) return known;
  const made = makeOrigin(host, transport, options);
  if (made instanceof Origin) origins.set(key, made);
  return made;
}

/** The origin that an answer of `from` sends to, or a script. */
export function strangerOf(host: string, from: Pick<Origin, "transport" | "options">): Origin | BadHost {
  const { transport, options } = from;
  const key = keyOf(host, options);
  const known = origins.get(key) ?? strangers.get(key);
  if (known !== undefined) return known;
  const made = makeOrigin(host, transport, options);
  if (!(made instanceof Origin)) return made;
  strangers.set(key, made);
  const [oldest] = strangers;
  if (strangers.size > MOST_STRANGERS && oldest !== undefined) {
    strangers.delete(oldest[0]);
    oldest[1].retire();
  }
  return made;
}

function keyOf(host: string, { kind: _kind, ...limits }: OriginOptions): string {
  return `${JSON.stringify(limits)} ${host}`;
}

const HOST = /^(https?):\/\/(?:([^/@]*)@)?([^/?#@]+)([^#]*)$/i;

function makeOrigin(host: string, transport: TransportOptions, options: OriginOptions): Origin | BadHost {
  const [, scheme, credentials, authority, prefix = ""] = HOST.exec(host) ?? [];
  if (scheme === undefined || authority === undefined) {
    const other = /^([A-Za-z][\w+.-]*):/.exec(host)?.[1] ?? "";
    return { host, reason: `unsupported protocol scheme ${JSON.stringify(other)}` };
  }
  const site = `${scheme.toLowerCase()}://${authority}`;
  const shown =
    credentials === undefined ? host : `${site.replace("//", `//${withoutPassword(credentials)}@`)}${prefix}`;
  const address = addressOf(scheme.toLowerCase(), authority, transport);
  if (typeof address === "string") return { host: shown, reason: address };
  return new (options.kind ?? Origin)(
    { shown, site, prefix, credentials },
    address,
    authorizationLine(credentials),
    transport,
    options,
  );
}

/** As errors show it [Go net/http client.go stripPassword]. */
function withoutPassword(credentials: string): string {
  const colon = credentials.indexOf(":");
  return colon < 0 ? credentials : `${credentials.slice(0, colon)}:***`;
}

function authorizationLine(credentials: string | undefined): string {
  if (credentials === undefined) return "";
  const plain = Buffer.from(percentDecode(credentials) ?? credentials, "latin1");
  return `Authorization: Basic ${plain.toString("base64")}\r\n`;
}

/** The address of an authority and the proxy before it, or what is wrong with it. */
function addressOf(
  scheme: string,
  authority: string,
  { secure = secureByDefault }: TransportOptions,
): Address | string {
  const [, name = "", port = ""] = /^(.*?)(?::(\d*))?$/.exec(authority) ?? [];
  const number = port === "" ? (scheme === "https" ? 443 : 80) : Number(port);
  if (number > 65535 || name === "") return "invalid port";
  const hostname = name.startsWith("[") ? name.slice(1, -1) : name;
  const via = proxyFor(scheme, hostname, number);
  if (typeof via === "string") return via;
  return {
    hostname,
    port: number,
    authority,
    ...(scheme === "https" ? { secure } : {}),
    ...(via === undefined ? {} : { via }),
  };
}
