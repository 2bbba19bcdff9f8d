// The borders between the layers, and what every room must have.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { catalogue } from "../src/catalogue.js";
import { pipe } from "../src/features/pipe.js";

const root = resolve(import.meta.dirname, "..");
const src = join(root, "src");

interface Import {
  readonly from: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

function sources(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts") ? [path] : [];
  });
}

const IMPORT = /^(?:import|export) (type )?(?:[^;]*? from )?"([^"]+)";|import\("([^"]+)"\)/gms;

function importsOf(file: string): readonly Import[] {
  return [...readFileSync(file, "utf8").matchAll(IMPORT)].map((match) => {
    const specifier = match[2] ?? match[3] ?? "";
    const target = specifier.startsWith(".")
      ? relative(src, resolve(dirname(file), specifier)).replace(/\.js$/, ".ts")
      : specifier;
    const typeQuery = match[3] !== undefined && match[0].startsWith("import(");
    return { from: relative(src, file), target, typeOnly: match[1] !== undefined || typeQuery };
  });
}

const all = sources(src);
const imports = all.flatMap(importsOf);

/** The layer of a file: its first folder, with the parts of rooms and files at the top told apart. */
function layerOf(file: string): string {
  if (!file.includes("/")) return "top";
  if (/^features\/[^/]+\/runtime[^/]*\.ts$/.test(file)) return "room-runtime";
  if (file === "features/request-values.ts") return "room";
  if (file === "features/kit.ts" || file === "features/pipe.ts") return file;
  if (file.startsWith("features/")) return "room";
  return file.split("/")[0] ?? "";
}

/** Which layers a layer may import values from; types are free on the compiler's side. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  source: ["source"],
  diagnostics: ["source", "diagnostics"],
  flexible: ["source", "diagnostics", "flexible", "re2js", "bcryptjs"],
  config: ["source", "diagnostics", "config", "flexible", "ajv"],
  model: ["source", "diagnostics", "config", "model", "re2js"],
  codegen: ["codegen", "config", "ts-morph"],
  bundle: ["bundle", "esbuild"],
  "features/kit.ts": [],
  "features/pipe.ts": ["room"],
  room: [
    "features/kit.ts",
    "codegen",
    "diagnostics",
    "source",
    "config",
    "room",
    "re2js",
    "@marcbachmann/cel-js",
    "room-runtime",
  ],
  "room-runtime": [
    "runtime",
    "room-runtime",
    "@bufbuild/protobuf/wire",
    "@marcbachmann/cel-js",
    ...["lauxlib", "lbaselib", "lmathlib", "lobject", "lstring", "lstrlib", "ltablib", "lua"].map(
      (part) => `fengari/src/${part}.js`,
    ),
  ],
  runtime: ["runtime", "saxes", "entities", "re2js"],
  top: ["top", "config", "flexible", "diagnostics", "features/pipe.ts", "model", "codegen"],
  shipping: ["shipping", "config", "model", "yaml"],
  cli: ["cli", "top", "source", "diagnostics", "bundle", "codegen", "shipping", "commander"],
};

describe("the borders between the layers", () => {
  const values = imports.filter((each) => !each.typeOnly && !each.target.startsWith("node:"));
  it.each(Object.keys(allowed))("%s imports only what it may", (layer) => {
    const wrong = values.filter((each) => {
      if (layerOf(each.from) !== layer) return false;
      const target = each.target.endsWith(".ts") ? layerOf(each.target) : each.target;
      return !(allowed[layer] ?? []).includes(target);
    });
    expect(wrong).toEqual([]);
  });

  it("the runtime knows nothing of the compiler, not even its types", () => {
    const wrong = imports.filter((each) => {
      if (!["runtime", "room-runtime"].includes(layerOf(each.from)) || !each.target.endsWith(".ts"))
        return false;
      return !["runtime", "room-runtime"].includes(layerOf(each.target));
    });
    expect(wrong).toEqual([]);
  });

  it("rooms do not know each other", () => {
    const room = (file: string): string | undefined => /^features\/([^/]+)\//.exec(file)?.[1];
    const wrong = imports.filter(
      (each) =>
        room(each.from) !== undefined &&
        room(each.target) !== undefined &&
        room(each.from) !== room(each.target),
    );
    expect(wrong).toEqual([]);
  });

  it("ts-morph is imported by codegen/print.ts alone", () => {
    const users = new Set(imports.filter((each) => each.target === "ts-morph").map((each) => each.from));
    expect([...users]).toEqual(["codegen/print.ts"]);
  });

  it("`gwc run` loads no ts-morph: a pod that starts waits for it", () => {
    const reached = new Set(["cli/run.ts"]);
    for (const from of reached) {
      const next = imports.filter((each) => each.from === from && !each.typeOnly);
      for (const { target } of next) reached.add(target);
    }
    expect(reached).toContain("codegen/print-plain.ts");
    expect([...reached].filter((each) => each === "ts-morph" || each === "codegen/print.ts")).toEqual([]);
  });

  it("the parsers of XML are known to the encodings that need them alone", () => {
    const users = imports.filter((each) => each.target === "saxes" || each.target === "entities");
    expect(users.map((each) => each.from)).toEqual([
      "runtime/encoding/feed-text.ts",
      "runtime/encoding/xml-read.ts",
    ]);
  });

  it("there is one barrel", () => {
    expect(all.filter((file) => file.endsWith("index.ts")).map((file) => relative(src, file))).toEqual([
      "runtime/index.ts",
    ]);
  });

  it("the request path knows neither node:http nor undici", () => {
    const users = (name: string): readonly string[] => [
      ...new Set(imports.filter((each) => each.target === name && !each.typeOnly).map((each) => each.from)),
    ];
    expect(users("node:http")).toEqual(["runtime/side-server.ts"]);
    expect(users("undici")).toEqual([]);
  });
});

describe("rooms", () => {
  const rooms = readdirSync(join(src, "features"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);

  it.each(rooms)("%s stands in the pipe under the stages that it declares", (room) => {
    const placed = Object.entries(pipe).flatMap(([stage, features]) =>
      features.filter((feature) => feature.room === room).map((feature) => ({ stage, feature })),
    );
    expect(placed.length).toBeGreaterThan(0);
    for (const { stage, feature } of placed) expect(feature.stages).toContain(stage);
  });

  it.each(rooms)("%s has a fixture", (room) => {
    expect(existsSync(join(root, "fixtures", room))).toBe(true);
  });
});

describe("messages", () => {
  it.each(Object.entries(catalogue))("%s reads as house style asks", (code, message) => {
    expect(code).toMatch(/^[a-z-]+\/[a-z0-9-]+$/);
    expect(message.sentence).not.toMatch(/\.$/);
    expect(message.explain).toMatch(/\.$/);
    if (message.compat !== undefined) {
      expect(message.severity).toBe("error");
      expect(message.krakend).toBeDefined();
    }
  });
});

describe("house rules that a machine can check", () => {
  it.each(all.map((file) => relative(src, file)))("%s is not too long", (file) => {
    expect(readFileSync(join(src, file), "utf8").split("\n").length).toBeLessThan(420);
  });
});
