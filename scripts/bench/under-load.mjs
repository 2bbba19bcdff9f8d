// Requests per second, CPU per request, latency and memory of this gateway beside the one written by hand.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { loadConfig, SCENARIOS } from "./configs.mjs";
import * as machine from "./machine.mjs";
import { spread } from "./numbers.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const gwc = path.join(here, "..", "..", "bin", "gwc.js");
const CONNECTIONS = 64;
const WARM_UP_SECONDS = 1;

/** Measures both gateways in every scenario; `folder` takes the configuration and the built gateway. */
export async function measureUnderLoad({ seconds, runs, folder, report }) {
  const upstream = machine.start(machine.LOAD_CORE, [process.execPath, path.join(here, "upstream.mjs")]);
  const upstreamPort = await printedPort(upstream);
  const gateways = await startGateways(folder, upstreamPort);
  const results = [];
  for (const scenario of SCENARIOS) {
    await checkEqualAnswers(gateways, scenario);
    for (const gateway of gateways) await load(gateway, scenario, WARM_UP_SECONDS);
    const samples = new Map(gateways.map(({ name }) => [name, []]));
    // Turn by turn, so that a machine that gets slower meanwhile slows both.
    for (let run = 0; run < runs; run++)
      for (const gateway of gateways)
        samples.get(gateway.name).push(await sample(gateway, scenario, seconds));
    for (const { name } of gateways) results.push(summary(scenario, name, samples.get(name)));
    report(
      scenario,
      results.filter((result) => result.scenario === scenario.name),
    );
  }
  for (const child of [upstream, ...gateways.map((gateway) => gateway.child)]) await machine.stop(child);
  return results;
}

async function printedPort(child) {
  const deadline = performance.now() + 5000;
  while (!/^\d+\n/.test(child.output)) {
    if (performance.now() > deadline) throw new Error(`no port was printed:\n${child.output}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return Number.parseInt(child.output, 10);
}

async function startGateways(folder, upstreamPort) {
  const [ownPort, plainPort] = [await machine.freePort(), await machine.freePort()];
  const config = path.join(folder, "load.json");
  const built = path.join(folder, "gateway.cjs");
  fs.writeFileSync(config, JSON.stringify(loadConfig(ownPort, upstreamPort)));
  await machine.run(machine.LOAD_CORE, [process.execPath, gwc, "build", config, "-o", built]);
  const plain = [path.join(here, "plain-gateway.mjs"), String(plainPort), String(upstreamPort)];
  const gateways = [
    { name: "gwc", port: ownPort, child: machine.start(machine.GATEWAY_CORE, [process.execPath, built]) },
    {
      name: "node:http + undici",
      port: plainPort,
      child: machine.start(machine.GATEWAY_CORE, [process.execPath, ...plain]),
    },
  ];
  for (const { port, child } of gateways) await machine.waitForPort(port, child);
  return gateways;
}

/** A fast wrong answer is no answer: both must say the same before either is measured. */
async function checkEqualAnswers(gateways, { path: target }) {
  const answers = [];
  for (const { port } of gateways) {
    const response = await fetch(`http://127.0.0.1:${port}${target}`, { headers: { Connection: "close" } });
    const headers = ["content-type", "x-krakend-completed"].map((name) => response.headers.get(name));
    answers.push(JSON.stringify([response.status, headers, sortKeys(await response.json())]));
  }
  const status = JSON.parse(answers[0])[0];
  if (status !== 200) throw new Error(`${target} answers ${status}`);
  if (new Set(answers).size > 1) throw new Error(`the answers of ${target} differ:\n${answers.join("\n")}`);
}

function sortKeys(value) {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sortKeys(value[name])]));
}

async function sample({ port, child }, scenario, seconds) {
  const before = machine.cpuTime(child.pid);
  const loaded = await load({ port }, scenario, seconds);
  const after = machine.cpuTime(child.pid);
  if (loaded.errors > 0) throw new Error(`${loaded.errors} requests failed under load`);
  const perRequest = (kind) => before && (after[kind] - before[kind]) / loaded.requests;
  const cpuSeconds = before && (after.user + after.system - before.user - before.system) / 1e6;
  return {
    requestsPerSecond: loaded.requests / loaded.seconds,
    userMicroseconds: perRequest("user"),
    systemMicroseconds: perRequest("system"),
    cpuMicroseconds: before && perRequest("user") + perRequest("system"),
    busyPercent: before && (100 * cpuSeconds) / loaded.seconds,
    megabytes: machine.residentMegabytes(child.pid),
    p50: loaded.p50,
    p99: loaded.p99,
  };
}

async function load({ port }, { path: target }, seconds) {
  if (machine.hasWrk) return loadByWrk(port, target, seconds);
  const script = path.join(here, "load.mjs");
  const args = [port, target, CONNECTIONS, seconds].map(String);
  return JSON.parse(await machine.run(machine.LOAD_CORE, [process.execPath, script, ...args]));
}

async function loadByWrk(port, target, seconds) {
  const url = `http://127.0.0.1:${port}${target}`;
  const options = ["-t", "1", "-c", String(CONNECTIONS), "-d", `${Math.max(1, Math.round(seconds))}s`];
  const output = await machine.run(machine.LOAD_CORE, ["wrk", ...options, "--latency", url]);
  const [, requests, elapsed, unit] = /(\d+) requests in ([\d.]+)(s|m)/.exec(output);
  return {
    requests: Number(requests),
    seconds: Number(elapsed) * (unit === "m" ? 60 : 1),
    errors: Number(/Non-2xx or 3xx responses: (\d+)/.exec(output)?.[1] ?? 0) + socketErrors(output),
    p50: latency(output, 50),
    p99: latency(output, 99),
  };
}

function socketErrors(output) {
  const counts = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(output);
  return counts === null ? 0 : counts.slice(1).reduce((sum, count) => sum + Number(count), 0);
}

const MILLISECONDS = { us: 0.001, ms: 1, s: 1000 };

function latency(output, percent) {
  const [, value, unit] = new RegExp(`^ +${percent}%\\s+([\\d.]+)(us|ms|s)`, "m").exec(output);
  return Number(value) * MILLISECONDS[unit];
}

function summary(scenario, gateway, samples) {
  const keys = Object.keys(samples[0]).filter((key) => samples[0][key] !== undefined);
  const figures = keys.map((key) => [key, spread(samples.map((one) => one[key]))]);
  return { scenario: scenario.name, gateway, ...Object.fromEntries(figures) };
}
