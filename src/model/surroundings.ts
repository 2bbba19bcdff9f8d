// What a gateway listens on, and what else it takes from where it runs.
import { Late, type LateKind } from "../config/late.js";
import type { SidePort } from "../features/kit.js";
import type { Gateway } from "./model.js";

export interface SidePortOf extends Omit<SidePort, "address"> {
  /** Undefined where a variable without a default says it. */
  readonly port: number | undefined;
  /** Empty: all addresses. */
  readonly host: string;
  readonly namespace: string;
}

/** The ports beside the gateway's own, for operators. */
export function sidePorts(gateway: Gateway): readonly SidePortOf[] {
  const pieces = (address: string): Pick<SidePortOf, "port" | "host"> => {
    const colon = address.lastIndexOf(":");
    return { port: Number(address.slice(colon + 1)), host: address.slice(0, colon).replace(/^\[|\]$/g, "") };
  };
  return gateway.rooms.flatMap(({ feature, plan, site }) =>
    (feature.ports?.(plan) ?? []).map((each: SidePort) => {
      const { address } = each;
      const nominal = address instanceof Late ? address.nominal : address;
      const place = nominal === undefined ? { port: undefined, host: String(address) } : pieces(nominal);
      return { ...each, ...place, namespace: site.namespace };
    }),
  );
}

/** The port of the gateway when no variable is set; undefined where it must be set. */
export function nominalPort({ port }: Gateway): number | undefined {
  if (!(port instanceof Late)) return port;
  return port.nominal === undefined ? undefined : Number(port.nominal);
}

export interface Variable {
  readonly name: string;
  /** The gateway does not start without it. */
  readonly required: boolean;
  /** What stands in where it is absent or empty; places may differ. */
  readonly defaults: readonly string[];
  /** What the values are that it is a part of: `host`, `port`. */
  readonly kinds: readonly string[];
}

const KINDS: Readonly<Partial<Record<LateKind, string>>> = {
  "verbatim host": "host",
  bytes: "text",
  json: "text",
  timer: "duration",
  "header without nonce": "header value",
};

/** The variables that a gateway names, by their names. */
export function variablesOf({ late }: Gateway): readonly Variable[] {
  const uses = late.flatMap(({ variables, kind }) =>
    variables.map(({ name, otherwise }) => ({ name, otherwise, kind: KINDS[kind] ?? kind })),
  );
  const names = [...new Set(uses.map(({ name }) => name))].sort();
  return names.map((name) => {
    const own = uses.filter((each) => each.name === name);
    const defaults = own.flatMap(({ otherwise }) => (otherwise === undefined ? [] : [otherwise]));
    return {
      name,
      required: own.length > defaults.length,
      defaults: [...new Set(defaults)],
      kinds: [...new Set(own.map(({ kind }) => kind))].sort(),
    };
  });
}

/** Files that the gateway reads when it starts, as they are written: certificates and their keys. */
export function writtenFilesOf(gateway: Gateway): readonly string[] {
  return sortedFiles(tlsFiles(gateway).map(String));
}

/** The same, without those whose names only the environment says. */
export function filesOf(gateway: Gateway): readonly string[] {
  return sortedFiles(tlsFiles(gateway).map((file) => (file instanceof Late ? (file.nominal ?? "") : file)));
}

function sortedFiles(files: readonly string[]): readonly string[] {
  return [...new Set(files.filter((file) => file !== ""))].sort();
}

function tlsFiles({ tls, clientTls: client }: Gateway): readonly (string | Late)[] {
  return [
    ...(tls?.keys ?? []).flatMap(({ certificateFile, privateKeyFile }) => [certificateFile, privateKeyFile]),
    ...(tls?.caFiles ?? []),
    ...(client?.caFiles ?? []),
    ...(client?.certificates ?? []).flatMap((each) => [each.certificateFile, each.privateKeyFile]),
  ];
}
