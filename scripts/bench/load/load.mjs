// Load on a gateway from a process of its own, by wrk where it is installed. All give requests, seconds and
// latencies in ms, and throw when an answer was not the expected one.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { CORES, has } from "../machine.mjs";
import { run } from "../processes.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const hasWrk = has("wrk");

/** Whether wrk makes the load: it counts in whole seconds, and it is not everywhere. */
export const usesWrk = (seconds, own) => hasWrk && !own && Number.isInteger(seconds);

/** As many requests as the gateway answers. `target`: port, path, status. */
export async function saturate(target, { seconds, connections, own }) {
  const loaded = usesWrk(seconds, own)
    ? await byWrk(target, seconds, connections)
    : await byOwn("closed.mjs", target, [connections, seconds, target.status]);
  return checked(loaded, target);
}

/** So many requests per second and no more; `late` is what the generator itself was behind at p99, in ms. */
export async function atRate(target, { seconds, connections, rate }) {
  return checked(await byOwn("rate.mjs", target, [connections, seconds, target.status, rate]), target);
}

function checked(loaded, { path: asked, port }) {
  if (loaded.requests === 0) throw new Error(`nothing was answered on port ${port}${asked}`);
  if (loaded.errors > 0)
    throw new Error(`${loaded.errors} of ${loaded.requests} requests for ${asked} failed under load`);
  return loaded;
}

async function byOwn(script, { port, path: asked }, args) {
  const command = [process.execPath, path.join(here, script), ...[port, asked, ...args].map(String)];
  return JSON.parse(await run(CORES.load, command));
}

async function byWrk({ port, path: asked, status }, seconds, connections) {
  const options = [
    "-t",
    "1",
    "-c",
    String(connections),
    "-d",
    `${seconds}s`,
    "-s",
    path.join(here, "report.lua"),
  ];
  const output = await run(CORES.load, ["wrk", ...options, `http://127.0.0.1:${port}${asked}`]);
  const { broken, bad, ...loaded } = JSON.parse(/^JSON (.*)$/m.exec(output)[1]);
  // wrk counts 400 and above as errors, which is what a failing backend must lead to.
  const unexpected = status >= 400 ? loaded.requests - bad : bad;
  return { ...loaded, errors: broken + unexpected };
}
