// The folder of which an image is built: a Dockerfile, the little that goes into it, and nothing else.
import type { Gateway } from "../model/model.js";
import { filesOf } from "../model/surroundings.js";
import { healthScript, placePorts, placeVariables } from "./place.js";

/** Node's own build, on a small Debian; the builds on Alpine are not Node's own. */
const BASE = "node:22-slim";

/** A file below the folder. */
export interface ShippedFile {
  readonly path: string;
  readonly text: string;
}

/** The image of a server file: Node and this one file. */
export function imageOfBundle(gateway: Gateway, code: string, version: string): readonly ShippedFile[] {
  const lines = [
    ...head(gateway, version),
    `FROM ${BASE}`,
    "WORKDIR /gateway",
    "COPY gateway.cjs ./",
    ...tail(gateway, ["node", "gateway.cjs"]),
  ];
  return [
    { path: "Dockerfile", text: textOf(lines) },
    { path: ".dockerignore", text: "*\n!gateway.cjs\n" },
    { path: "gateway.cjs", text: code },
  ];
}

/** The image that compiles the configuration which it finds when it starts: Node and gwc. */
export function imageOfCompiler(gateway: Gateway, version: string): readonly ShippedFile[] {
  const config = `${CONFIG_FOLDER}/${gateway.file}`;
  const lines = [
    ...head(gateway, version),
    `FROM ${BASE} AS build`,
    "WORKDIR /opt/gwc",
    "COPY gwc/ ./",
    "RUN npm install --omit=dev --ignore-scripts --no-audit --no-fund",
    "",
    `FROM ${BASE}`,
    `WORKDIR ${CONFIG_FOLDER}`,
    "COPY --from=build /opt/gwc /opt/gwc",
    ...tail(gateway, ["node", "/opt/gwc/bin/gwc.js", "run", "-c", config]),
  ];
  return [
    { path: "Dockerfile", text: textOf(lines) },
    { path: ".dockerignore", text: "*\n!gwc\n" },
  ];
}

/** Where the configuration is found, as in KrakenD's image. */
export const CONFIG_FOLDER = "/etc/krakend";

function head(gateway: Gateway, version: string): readonly string[] {
  const needed = placeVariables(gateway)
    .filter(({ value }) => value === undefined)
    .map(({ name }) => name);
  return [
    `# Written by gwc ${version} from ${gateway.file} (sha256 ${gateway.sha256.slice(0, 16)}).`,
    ...(needed.length === 0 ? [] : [`# At start it needs ${needed.join(", ")}.`]),
    ...filesOf(gateway).map(
      (file) => `# At start it reads ${JSON.stringify(file)}: mount it, it is not in the image.`,
    ),
  ];
}

function tail(gateway: Gateway, command: readonly string[]): readonly string[] {
  const check = ["node", "-e", healthScript(gateway)];
  return [
    "USER node",
    `EXPOSE ${placePorts(gateway)
      .map(({ port }) => port)
      .join(" ")}`,
    `HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 CMD ${JSON.stringify(check)}`,
    `CMD ${JSON.stringify(command)}`,
  ];
}

function textOf(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
