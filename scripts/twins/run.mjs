// Compiles a configuration as `gwc run --compat krakend` does, with twins in place, and serves it.
//   node scripts/twins/run.mjs --twins server,client -c CONFIG -p PORT
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundle, endBundler } from "../../dist/bundle/bundle.js";
import { check, generateProgram } from "../../dist/compile.js";
import { twinPlugin } from "./plugin.mjs";

const { values } = parseArgs({
  options: {
    twins: { type: "string", default: "server,client" },
    config: { type: "string", short: "c" },
    port: { type: "string", short: "p" },
  },
});
const { value, diagnostics } = check(values.config, {
  compat: true,
  environment: process.env,
  startsNow: true,
  port: Number(values.port),
});
for (const { code, message } of diagnostics) console.error(`${code}: ${message}`);
if (value === undefined) process.exit(1);
const options = { minify: false, sourcemap: false, name: "gateway.cjs" };
const plugins = [twinPlugin(values.twins.split(","))];
const { code } = await bundle(await generateProgram(value), { ...options, plugins });
await endBundler();
const folder = mkdtempSync(join(tmpdir(), "gwc-twin-"));
const file = join(folder, "gateway.cjs");
writeFileSync(file, code);
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
await import(file);
