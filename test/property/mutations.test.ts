// Configurations with one thing deleted, misspelt, doubled or of another kind: under `--compat krakend`
// gwc starts where KrakenD starts and refuses where it refuses.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { catalogue } from "../../src/catalogue.js";
import { understand } from "../../src/compile.js";
import { parse } from "../../src/config/load.js";
import { SourceText } from "../../src/source/text.js";
import type { Json } from "../reference/decoding.js";
import { refusalOf } from "../reference/start.js";
import { type Mutant, mutants } from "../support/mutants.js";

const fixtures = resolve(import.meta.dirname, "../../fixtures");

/** The owners of the checks that KrakenD's start has twins of; what blocks hold is the affair of rooms. */
const TRUNK = new Set(["config", "service", "host", "endpoint", "backend", "route", "tls"]);

/** So many mutants of each configuration; a run with GWC_MUTANTS=all takes minutes. */
const MOST = process.env.GWC_MUTANTS === "all" ? Number.POSITIVE_INFINITY : 160;

function errorsOf(config: Json): readonly string[] {
  const loaded = parse(new SourceText("krakend.json", JSON.stringify(config)), {});
  const { diagnostics } = understand(loaded.value!, loaded.diagnostics, { compat: true, environment: {} });
  return diagnostics
    .filter((each) => each.severity === "error")
    .map(({ code, message }) => `${code}: ${message}`);
}

/** Undefined where both agree. */
function disagreement(config: Json): string | undefined {
  const refusal = refusalOf(config);
  const errors = errorsOf(config);
  if (refusal !== undefined) return errors.length > 0 ? undefined : `starts, but KrakenD refuses: ${refusal}`;
  const own = errors.filter((each) => {
    const [code = ""] = each.split(":");
    return catalogue[code]?.always === undefined && TRUNK.has(code.split("/")[0] ?? "");
  });
  return own.length === 0 ? undefined : `refuses, but KrakenD starts: ${own.join("; ")}`;
}

function configurations(): readonly (readonly [string, Json])[] {
  const folders = ["whole", "headers", "rate-limit", "router-options", "invalid"];
  return folders.flatMap((folder) =>
    readdirSync(join(fixtures, folder)).flatMap((name) => {
      const path = join(fixtures, folder, name, "krakend.json");
      const text = readText(path);
      return text === undefined || text.includes("${env:")
        ? []
        : [[`${folder}/${name}`, JSON.parse(text) as Json]];
    }),
  );
}

/** Spread over all of them, others for each configuration. */
function some(all: readonly Mutant[]): readonly Mutant[] {
  const step = Math.max(1, Math.ceil(all.length / MOST));
  return all.filter((_, at) => at % step === all.length % step);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

describe("one thing changed", () => {
  it.each(configurations())("%s", (_name, config) => {
    const wrong = new Map<string, string>();
    for (const { what, value } of some(mutants(config))) {
      const found = disagreement(value);
      if (found !== undefined) wrong.set(what, found);
    }
    expect([...wrong].map(([what, found]) => `${what}: ${found}`)).toEqual([]);
  });
});
