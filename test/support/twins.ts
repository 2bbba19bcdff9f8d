// The server on `node:http` and the client on undici, in place of what ships.
import { join } from "node:path";
import type { Plugin } from "esbuild";

export type Twin = "server" | "client";

const file = join(import.meta.dirname, "../../scripts/twins/plugin.mjs");

/** Plugins for the bundler that put twins in place. */
export async function twinPlugins(twins: readonly Twin[]): Promise<readonly Plugin[]> {
  if (twins.length === 0) return [];
  const { twinPlugin } = (await import(file)) as { twinPlugin(names: readonly Twin[]): Plugin };
  return [twinPlugin(twins)];
}
