// The slow twin: the gateway as it is built, but for one function. Where it would walk a backend's JSON and
// keep slices, the twin parses the document, picks the same two fields and prints them. What separates the
// two under load is that alone.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const src = fileURLToPath(new URL("../../src/", import.meta.url));
const runtime = path.join(src, "runtime", "index.ts");

// An export of its own hides the one of the same name that `export *` brings.
const SLOW_RUNTIME = `
export * from ${JSON.stringify(runtime)};

export function decodeObject({ body }) {
  const { id, state } = JSON.parse(body);
  return "," + JSON.stringify({ id, state }).slice(1, -1);
}
`;

/**
 * Bundles an emitted program (`gwc build --emit`) as its slow twin, right for the endpoint /report alone. False:
 * the program does not call what the twin would put in the place of the fast way, so there is none.
 */
export async function bundleTwin(program, file) {
  if (!fs.readFileSync(path.join(program, "routes", "get-report.ts"), "utf8").includes("decodeObject("))
    return false;
  await build({
    entryPoints: [path.join(program, "main.ts")],
    outfile: file,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    logLevel: "error",
    plugins: [slowRuntime],
  });
  return true;
}

const slowRuntime = {
  name: "slow runtime",
  setup(setup) {
    setup.onResolve({ filter: /^gwc\/runtime$/ }, () => ({ path: "runtime", namespace: "slow" }));
    setup.onResolve({ filter: /^gwc\// }, ({ path: name }) => ({
      path: path.join(src, "features", name.slice("gwc/".length), "runtime.ts"),
    }));
    setup.onLoad({ filter: /.*/, namespace: "slow" }, () => ({ contents: SLOW_RUNTIME, resolveDir: src }));
  },
};
