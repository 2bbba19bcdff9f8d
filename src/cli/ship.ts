// gwc build --docker and --k8s: what goes with a gateway to where it runs.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Gateway } from "../model/model.js";
import { imageOfBundle, imageOfCompiler, type ShippedFile } from "../shipping/docker.js";
import { filledInOf, manifestsOf } from "../shipping/kubernetes.js";
import { placeName, placeVariables, unreachable } from "../shipping/place.js";
import { sha256 } from "../shipping/report.js";
import { version } from "../version.js";

export interface ShipOptions {
  /** Folder for an image. */
  readonly docker?: string;
  /** Folder for manifests. */
  readonly k8s?: string;
  /** The pods compile the configuration, which a ConfigMap keeps. */
  readonly configmap: boolean;
  /** Reference of the image; without it the name of the gateway and a part of the hash. */
  readonly image?: string;
}

/** ConfigMaps hold 1 MiB [Kubernetes, ConfigMaps]. */
const MOST_BYTES = 1024 * 1024;

/** Why the configuration cannot be shipped in the way that was asked for; undefined: it can. */
export function refusal(config: string, options: ShipOptions): string | undefined {
  if (!options.configmap) return undefined;
  if (options.k8s === undefined && options.docker === undefined)
    return "--configmap says how --docker and --k8s ship, so it needs one of them";
  if (process.env.FC_ENABLE !== undefined && process.env.FC_ENABLE !== "")
    return "a ConfigMap keeps one file, and a template needs its settings: ship what FC_OUT wrote, or without --configmap";
  const bytes = readFileSync(config).length;
  return bytes > MOST_BYTES
    ? `a ConfigMap holds ${MOST_BYTES} bytes, and ${config} has ${bytes}: ship without --configmap`
    : undefined;
}

/** Writes the folders; says what to do with them. */
export function ship(gateway: Gateway, code: string, config: string, options: ShipOptions): string {
  const { docker, k8s, configmap } = options;
  const tag = configmap ? `gwc:${version}` : `${placeName(gateway)}:${sha256(code).slice(0, 12)}`;
  const image = options.image ?? tag;
  const said: string[] = [];
  if (docker !== undefined) {
    writeAll(docker, configmap ? imageOfCompiler(gateway, version) : imageOfBundle(gateway, code, version));
    if (configmap) copyCompiler(join(docker, "gwc"));
    said.push(`${docker}: docker build -t ${image} ${docker}`);
  }
  if (k8s !== undefined) {
    const configuration = configmap ? readFileSync(config, "utf8") : undefined;
    const filledIn = filledInOf(textIfThere(join(k8s, "environment.yaml")));
    writeAll(k8s, manifestsOf(gateway, { image, configuration, gwc: version, filledIn }));
    said.push(`${k8s}: kubectl apply -f ${k8s}`);
    said.push(...missing(gateway, k8s, filledIn));
  }
  const warning = docker === undefined && k8s === undefined ? undefined : unreachable(gateway);
  if (warning !== undefined) process.stderr.write(`warning: ${warning}\n`);
  return said.map((line) => `${line}\n`).join("");
}

function textIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

function missing(
  gateway: Gateway,
  k8s: string,
  filledIn: Readonly<Record<string, string>>,
): readonly string[] {
  const empty = placeVariables(gateway).filter(
    ({ name, value, secret }) => value === undefined && !secret && !filledIn[name],
  );
  if (empty.length === 0) return [];
  return [`fill in ${empty.map(({ name }) => name).join(", ")} in ${join(k8s, "environment.yaml")} first`];
}

function writeAll(folder: string, files: readonly ShippedFile[]): void {
  mkdirSync(folder, { recursive: true });
  for (const { path, text } of files) writeFileSync(join(folder, path), text);
}

const packageRoot = fileURLToPath(new URL("../../", import.meta.url));

/** What `npm install` would get of gwc: the compiler, and the sources of what it ships. */
function copyCompiler(folder: string): void {
  for (const part of ["bin", "dist", "src", "templates", "package.json"])
    cpSync(join(packageRoot, part), join(folder, part), { recursive: true, filter: isPublished });
}

/** Of `src` the runtime alone; no tests, no state of the type checker. */
function isPublished(path: string): boolean {
  const inside = path.slice(packageRoot.length).split(sep).join("/");
  if (/\.test\.ts$|\.tsbuildinfo$/.test(inside)) return false;
  if (!inside.startsWith("src/")) return true;
  const room = /^src\/features\/[^/]+\/(.+)$/.exec(inside)?.[1];
  if (room !== undefined) return room.startsWith("runtime");
  return /^src\/(?:runtime|features)(?:\/|$)/.test(inside) && !/^src\/features\/[^/]+\.ts$/.test(inside);
}
