// What ships: only what a gateway uses, within a budget, and nothing that makes code at run time.
import { describe, expect, it } from "vitest";
import { type Bundle, bundle } from "../src/bundle/bundle.js";
import { generateProgram, understand } from "../src/compile.js";
import { parse } from "../src/config/load.js";
import { SourceText } from "../src/source/text.js";

async function bundleOf(endpoint: Record<string, unknown>, minify = false): Promise<Bundle> {
  const config = { version: 3, host: ["http://example.com"], endpoints: [{ endpoint: "/a", ...endpoint }] };
  const loaded = parse(new SourceText("krakend.json", JSON.stringify(config)), {});
  const { value } = understand(loaded.value!, loaded.diagnostics, { compat: false, environment: {} });
  return bundle(await generateProgram(value!), { minify, sourcemap: false, name: "gateway.cjs" });
}

const plain = { backend: [{ url_pattern: "/a" }] };
const own = ({ inputs }: Bundle): readonly (readonly [string, number])[] =>
  Object.entries(inputs).filter(([path]) => !path.includes("node_modules"));

describe("a bundle", () => {
  it.each([
    [true, 106],
    [false, 210],
  ])("of one plain endpoint, minified: %s, holds no room and at most %i kB of our own code", async (minify, most) => {
    const made = await bundleOf(plain, minify);
    expect(own(made).filter(([path]) => path.includes("features/"))).toEqual([]);
    const bytes = own(made).reduce((sum, [, size]) => sum + size, 0);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(most * 1024);
  });

  it("holds a room where it is used, and no other", async () => {
    const made = await bundleOf({ ...plain, extra_config: { "qos/ratelimit/router": { max_rate: 10 } } });
    const rooms = own(made).filter(([path]) => path.includes("features/"));
    expect(new Set(rooms.map(([path]) => /features\/([^/]+)/.exec(path)?.[1]))).toEqual(
      new Set(["rate-limit"]),
    );
  });

  it.each([
    ["json", "json", []],
    ["xml", "json", ["xml-read.ts", "xml.ts", "saxes"]],
    ["json", "xml", ["go-text.ts", "go-types.ts", "xml-output.ts"]],
    ["json", "yaml", ["go-types.ts", "yaml-double.ts", "yaml-output.ts", "yaml-scalar.ts"]],
    [
      "json",
      "negotiate",
      [
        "go-text.ts",
        "go-types.ts",
        "negotiated-output.ts",
        "xml-output.ts",
        "yaml-double.ts",
        "yaml-output.ts",
        "yaml-scalar.ts",
      ],
    ],
  ])("with the encoding %s and the output %s holds just these", async (encoding, output, wanted) => {
    const made = await bundleOf({ output_encoding: output, backend: [{ url_pattern: "/a", encoding }] });
    const found = Object.keys(made.inputs).flatMap(
      (path) => /runtime\/encoding\/(.*)|node_modules\/(saxes|entities)\//.exec(path)?.slice(1) ?? [],
    );
    expect(found.filter((name) => name !== undefined).sort()).toEqual([...wanted].sort());
  });

  it("makes no code at run time in our part", async () => {
    const made = await bundleOf(plain);
    expect(made.code).toContain("gateway:main.ts");
    expect(made.code).not.toMatch(/\beval\(|new Function\(/);
  });
});
