// What a gateway asks of the place that it runs in, for images and manifests alike.
import { Late, type LatePiece } from "../config/late.js";
import type { Gateway } from "../model/model.js";
import { nominalPort, sidePorts, variablesOf } from "../model/surroundings.js";

export interface PlacePort {
  /** As Kubernetes names ports. */
  readonly name: string;
  readonly port: number;
  /** Where a scraper finds metrics; undefined: the port of the gateway itself. */
  readonly metrics: string | undefined;
}

const DEFAULT_PORT = 8080;
const LOOPBACK = /^(?:127\.|::1$|localhost$)/;

/** A name that Kubernetes accepts for a service, of what the configuration is called. */
export function placeName({ name }: Gateway): string {
  const label = (name instanceof Late ? (name.nominal ?? "") : name)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  return label === "" ? "gateway" : label;
}

/** The ports that are reached from outside: the gateway's first, then those for operators. */
export function placePorts(gateway: Gateway): readonly PlacePort[] {
  const own = {
    name: gateway.tls === undefined ? "http" : "https",
    port: nominalPort(gateway) ?? DEFAULT_PORT,
    metrics: undefined,
  };
  const taken = new Set([own.name]);
  const side = sidePorts(gateway).flatMap(({ name, host, port, path }) => {
    if (LOOPBACK.test(host) || port === undefined) return [];
    let unique = name;
    for (let number = 2; taken.has(unique); number += 1) unique = `${name}-${number}`;
    taken.add(unique);
    return [{ name: unique, port, metrics: path }];
  });
  return [own, ...side];
}

/** Why a gateway cannot be reached in a container; undefined: it can. */
export function unreachable({ listenIp }: Gateway): string | undefined {
  const address = listenIp instanceof Late ? listenIp.nominal : listenIp;
  if (address === undefined || !LOOPBACK.test(address)) return undefined;
  return `\`listen_ip\` is ${address}, so nothing outside the container reaches the gateway: set KRAKEND_LISTEN_IP`;
}

/** Where to ask whether the gateway is well: a path as it stands in a URL; undefined: it only accepts. */
export function healthPath({ settings, tls }: Gateway): string | undefined {
  if (tls?.requireClientCertificate === true || settings.healthPath === undefined) return undefined;
  return encodeURI(Buffer.from(settings.healthPath, "latin1").toString("utf8"));
}

/** Ends with 0 where the gateway of this container is well. Node itself asks: an image needs no other tool. */
export function healthScript(gateway: Gateway): string {
  const port = environmentText(gateway, "KRAKEND_PORT", gateway.port);
  const host = environmentText(
    gateway,
    "KRAKEND_LISTEN_IP",
    gateway.listenIp === "" ? "127.0.0.1" : gateway.listenIp,
  );
  const path = healthPath(gateway);
  const end = "process.exit(1)";
  if (path === undefined)
    return `require('net').connect(${port},${host},()=>process.exit(0)).on('error',()=>${end})`;
  const [module, insecure] =
    gateway.tls === undefined ? ["http", ""] : ["https", ",rejectUnauthorized:false"];
  const options = `{port:${port},host:${host},path:'${path.replaceAll("'", "%27")}',timeout:2000${insecure}}`;
  return `require('${module}').get(${options},r=>process.exit(r.statusCode===200?0:1)).on('error',()=>${end}).on('timeout',()=>${end})`;
}

/** An expression for a value that the environment may say. */
function environmentText(gateway: Gateway, variable: string, value: string | number | Late): string {
  const e = (name: string): string => `process.env.${name}`;
  const pieces: readonly LatePiece[] = value instanceof Late ? value.pieces : [`${value}`];
  const texts = pieces.map((piece) => {
    if (typeof piece === "string") return quoted(piece);
    return piece.otherwise === undefined ? e(piece.name) : `(${e(piece.name)}||${quoted(piece.otherwise)})`;
  });
  const text = texts.join("+");
  return gateway.readsKrakendVariables ? `${e(variable)}||${text}` : text;
}

/** For a text between double quotes in a document, so in single ones. */
function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

export interface PlaceVariable {
  readonly name: string;
  /** Undefined: it must be filled in. Empty: left to the defaults, which differ. */
  readonly value: string | undefined;
  readonly secret: boolean;
  readonly about: string;
}

const SECRET =
  /(?:^|_)(?:PASS|PASSWD|PASSWORD|PASSPHRASE|PWD|SECRET|TOKEN|CREDENTIALS?|PRIVATE|KEY|APIKEY|DSN|AUTH)(?:_|\d|$)/i;

/** What `${env:}` names, and which of it had better not stand in a file. */
export function placeVariables(gateway: Gateway): readonly PlaceVariable[] {
  return variablesOf(gateway).map(({ name, required, defaults, kinds }) => ({
    name,
    value: required ? undefined : defaults.length > 1 ? "" : defaults[0],
    secret: SECRET.test(name),
    about: `${kinds.join(", ")}${required ? ", needed" : `; ${defaults.join(" or ")} where it is empty`}`,
  }));
}
