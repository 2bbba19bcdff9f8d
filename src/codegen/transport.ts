// TLS and connections -> the constants that the server and the upstreams are made with.
import { Late } from "../config/late.js";
import type { Gateway } from "../model/model.js";
import { type Code, code, identifier, indent, join, runtime } from "./code.js";

/** Options of the server that most gateways do without, and so do not have. */
export function transportOfServer(gateway: Gateway): readonly Code[] {
  const { tls, h2c, server } = gateway;
  return [
    ...(server.writeTimeoutMs === 0 ? [] : [code`writeTimeoutMs: ${server.writeTimeoutMs}`]),
    ...(tls === undefined
      ? []
      : [code`listener: ${runtime.listenTls}(${dataCode(tls)})`, code`open: ${runtime.openAsAgreed}`]),
    ...(h2c && tls === undefined ? [code`open: ${runtime.openByPreface}`] : []),
  ];
}

/** The options of every connection to a backend; undefined: the defaults of the runtime. */
export function transportOfBackends({ transport, clientTls }: Gateway): Code | undefined {
  const members = Object.entries(transport).map(
    ([key, value]) => code`${identifier(key)}: ${dataCode(value)}`,
  );
  if (clientTls !== undefined) members.push(code`secure: ${runtime.dialTls}(${dataCode(clientTls)})`);
  if (members.length === 0) return undefined;
  return code`{\n${indent(join([code`...${runtime.DEFAULT_TRANSPORT}`, ...members], ",\n"))},\n}`;
}

/** Plain data as a literal; objects and lists of objects have a line for each member. */
function dataCode(value: unknown): Code {
  if (Array.isArray(value)) return listCode(value);
  if (value instanceof Late) return code`${value}`;
  if (typeof value !== "object" || value === null) return code`${value as string | number | boolean | null}`;
  const members = Object.entries(value).map(([key, each]) => code`${identifier(key)}: ${dataCode(each)}`);
  return code`{\n${indent(join(members, ",\n"))},\n}`;
}

function listCode(items: readonly unknown[]): Code {
  const codes = items.map(dataCode);
  if (!items.some((item) => typeof item === "object" && !(item instanceof Late)))
    return code`[${join(codes, ", ")}]`;
  return code`[\n${indent(join(codes, ",\n"))},\n]`;
}
