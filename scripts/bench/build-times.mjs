// How long a person waits, on all cores: whole processes of `gwc build`, `gwc check` and `gwc run`, from
// start to end (or, for run, to the first answer).
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { loadConfig, manyEndpoints } from "./configs.mjs";
import { spread } from "./numbers.mjs";
import * as processes from "./processes.mjs";

const gwc = fileURLToPath(new URL("../../bin/gwc.js", import.meta.url));
const REPEATS = 5;

/** Measures every waiting time, median of five; `goalMs` is there where the project has set itself one. */
export async function measureBuildTimes({ folder, report }) {
  const results = [];
  const add = async (name, goalMs, measure) => {
    const times = [];
    for (let turn = 0; turn < REPEATS; turn++) times.push(await measure());
    const result = { name, goalMs, ms: spread(times) };
    results.push(result);
    report(result);
  };
  for (const count of [10, 100, 1000]) {
    const goalMs = count === 1000 ? 2000 : undefined;
    await add(`gwc build, ${count} endpoints`, goalMs, () => timeOf(build(folder, count)));
  }
  await add("gwc check, 100 endpoints", 150, () => timeOf(["check", written(folder, manyEndpoints(100))]));
  await add("gwc run, 1 endpoint, to the first answer", 600, () => timeToFirstAnswer(folder));
  return results;
}

function build(folder, count) {
  return ["build", written(folder, manyEndpoints(count)), "-o", path.join(folder, `gateway-${count}.cjs`)];
}

function written(folder, config) {
  const file = path.join(folder, `${config.name ?? "one"}.json`);
  fs.writeFileSync(file, JSON.stringify(config, null, 2));
  return file;
}

async function timeOf(args) {
  const startedAt = performance.now();
  await processes.run(undefined, [process.execPath, gwc, ...args]);
  return performance.now() - startedAt;
}

async function timeToFirstAnswer(folder) {
  const port = await processes.freePort();
  const config = loadConfig({ port, documents: port, special: port });
  const file = written(folder, { ...config, endpoints: config.endpoints.slice(0, 1) });
  const startedAt = performance.now();
  const command = [process.execPath, gwc, "run", "-c", file, "-p", String(port)];
  const child = processes.start(undefined, command);
  await processes.waitForPort(port, child);
  const response = await fetch(`http://127.0.0.1:${port}/__health`, { headers: { Connection: "close" } });
  await response.text();
  const elapsed = performance.now() - startedAt;
  await processes.stop(child);
  if (!response.ok) throw new Error(`the health check of gwc run answered ${response.status}`);
  return elapsed;
}
