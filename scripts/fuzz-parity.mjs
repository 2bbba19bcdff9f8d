#!/usr/bin/env node
// Random configurations and requests, served by gwc and by an interpreter of krakend.json; what differs is
// shrunk and printed.
//   npm run fuzz:parity -- [--cases N] [--seed S] [--seconds T] [--oracle 'CMD -c {config} -p {port}']
// With --oracle the reference is that gateway, a real KrakenD for example. Exit status: 0 all agree, 1 some differ.
import { mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");

/** What is JavaScript already is loaded from where it is: the compiler from `dist`. */
const asItIs = {
  name: "as it is",
  setup(setup) {
    setup.onResolve({ filter: /\/src\/.*\.js$/ }, ({ path }) => {
      const file = join(root, "dist", path.replace(/^.*?\/src\//, ""));
      return { path: pathToFileURL(file).href, external: true };
    });
    setup.onResolve({ filter: /\.mjs$/ }, ({ path, resolveDir, kind }) =>
      kind === "entry-point"
        ? undefined
        : { path: pathToFileURL(resolve(resolveDir, path)).href, external: true },
    );
  },
};

// Beside the packages that it needs.
const folder = mkdtempSync(join(root, "node_modules", ".gwc-fuzz-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const outfile = join(folder, "fuzz.mjs");
await build({
  entryPoints: [join(root, "test", "fuzz", process.env.GWC_FUZZ_ENTRY ?? "main.ts")],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  packages: "external",
  plugins: [asItIs],
});
const { main } = await import(pathToFileURL(outfile).href);
process.exit(await main(process.argv.slice(2)));
