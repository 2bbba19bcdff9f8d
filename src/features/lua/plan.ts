// Config -> the scripts of each moment. [krakend-lua config.go]
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { JsonSchema, Site } from "../kit.js";
import { md5Of } from "./digest.js";

export interface Config {
  readonly sources?: readonly string[];
  readonly pre?: string;
  readonly post?: string;
  readonly live?: boolean;
  readonly md5?: Readonly<Record<string, string>>;
  readonly allow_open_libs?: boolean;
  readonly skip_next?: boolean;
}

const checked = { type: "string", atBuild: "scripts are read and checked at build" } as const;

export const schema: JsonSchema = {
  type: "object",
  properties: {
    sources: { type: "array", items: checked },
    pre: checked,
    post: checked,
    live: { type: "boolean" },
    md5: { type: "object", additionalProperties: checked },
    allow_open_libs: { type: "boolean" },
    skip_next: { type: "boolean" },
  },
};

/** A text in bytes and what errors call it. */
export interface Script {
  readonly text: string;
  readonly name: string;
  /** The key of the block that it comes from. */
  readonly key: "sources" | "pre" | "post";
}

export interface Plan {
  readonly before: readonly Script[];
  readonly after: readonly Script[];
  readonly opensLibraries: boolean;
  readonly skipsCall: boolean;
}

/** Undefined: a file that cannot be read. */
export function readSource(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** In the order in which they run; for a file that is missing one that fails, as in KrakenD. */
export function scriptsOf({ sources = [], pre = "", post = "" }: Config): readonly Script[] {
  const missing = sources.find((path) => readSource(path) === undefined);
  const files = missing === undefined ? sources.map((path) => readSource(path)!) : [failure(missing)];
  const texts: readonly Script[] = [
    { text: files.map((file) => file.toString("latin1")).join("\n"), name: nameOf(sources), key: "sources" },
    { text: inBytes(pre), name: "pre-script", key: "pre" },
    { text: inBytes(post), name: "post-script", key: "post" },
  ];
  return texts.filter(({ text }) => text !== "");
}

function failure(path: string): Buffer {
  return Buffer.from(`error(${JSON.stringify(`lua: unable to load required source ${path}`)}, 0)`);
}

function nameOf([first = "source"]: readonly string[]): string {
  return basename(first);
}

function inBytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** Files whose sum is not the one that is written. Quirk: `live` switches the sums off. */
export function wrongSums({ md5 = {}, sources = [], live }: Config): readonly string[] {
  if (live === true) return [];
  return Object.keys(md5).filter((path) => {
    const file = sources.includes(path) ? readSource(path) : undefined;
    return file === undefined || md5Of(file) !== md5[path];
  });
}

/** Quirk: a wrong sum switches the scripts off [krakend-lua config.go]. */
export function plan(config: Config, _site: Site): Plan | undefined {
  if (wrongSums(config).length > 0) return undefined;
  const scripts = scriptsOf(config);
  const skipsCall = config.skip_next === true;
  if (scripts.length === 0 && !skipsCall) return undefined;
  return {
    before: scripts.filter(({ key }) => key !== "post"),
    after: scripts.filter(({ key }) => key === "post"),
    opensLibraries: config.allow_open_libs === true,
    skipsCall,
  };
}
