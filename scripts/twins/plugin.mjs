// Puts the server on `node:http` or the client on undici (test/reference) in place of what ships.
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

const TWINS = {
  server: { ships: "src/runtime/server.ts", twin: "test/reference/node-server.ts" },
  client: { ships: "src/runtime/upstream.ts", twin: "test/reference/undici-client.ts" },
};

export const twinNames = Object.keys(TWINS);

const undici = createRequire(import.meta.url).resolve("undici");

/** A plugin for the bundler; `names` are "server", "client" or both. */
export function twinPlugin(names) {
  const places = new Map(names.map((name) => [join(root, TWINS[name].ships), join(root, TWINS[name].twin)]));
  return {
    name: "twins",
    setup(setup) {
      setup.onResolve({ filter: /^undici$/ }, () => ({ path: undici, external: true }));
      setup.onResolve({ filter: /\/(server|upstream)\.js$/ }, ({ path, resolveDir, kind }) => {
        if (kind === "entry-point") return undefined;
        const twin = places.get(resolve(resolveDir, path.replace(/\.js$/, ".ts")));
        return twin === undefined ? undefined : { path: twin };
      });
    },
  };
}
