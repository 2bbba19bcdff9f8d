#!/usr/bin/env node
// How fast is it? This gateway beside one written by hand with node:http and undici, then the waiting times of gwc.
//   npm run bench -- [--seconds N] [--runs N] [--only load|build] [--json FILE]
// Ratios travel between machines, absolute figures do not. Load comes from wrk where it is installed.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { measureBuildTimes } from "./bench/build-times.mjs";
import { canPin, hasWrk } from "./bench/machine.mjs";
import { show } from "./bench/numbers.mjs";
import { measureUnderLoad } from "./bench/under-load.mjs";

function readOptions() {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "3" },
      runs: { type: "string", default: "3" },
      only: { type: "string" },
      json: { type: "string" },
    },
  });
  const [seconds, runs] = [Number(values.seconds), Number(values.runs)];
  if (!(seconds > 0) || !(Number.isInteger(runs) && runs > 0) || !/^(load|build)?$/.test(values.only ?? ""))
    throw new Error("usage: npm run bench -- [--seconds N] [--runs N] [--only load|build] [--json FILE]");
  return { ...values, seconds, runs };
}

function printScenario(scenario, results) {
  console.log(`\n${scenario.name}`);
  const rows = results.map((result) => ({
    gateway: result.gateway,
    "req/s": show(result.requestsPerSecond),
    "CPU us/req": show(result.cpuMicroseconds, 1),
    "user + sys": `${show(median(result.userMicroseconds), 1)} + ${show(median(result.systemMicroseconds), 1)}`,
    "busy %": show(median(result.busyPercent)),
    "RSS MB": show(median(result.megabytes)),
    "p50 ms": show(result.p50, 2),
    "p99 ms": show(result.p99, 2),
  }));
  printTable(rows);
  const [own, plain] = results;
  const [faster, lighter] = [
    own.requestsPerSecond.median / plain.requestsPerSecond.median,
    plain.cpuMicroseconds && plain.cpuMicroseconds.median / own.cpuMicroseconds.median,
  ];
  console.log(
    `gwc: ${faster.toFixed(2)} x the requests, 1/${lighter?.toFixed(2) ?? "-"} of the CPU per request`,
  );
}

const median = (figure) => figure && { median: figure.median, least: figure.median, greatest: figure.median };

function printTable(rows) {
  const names = Object.keys(rows[0]);
  const widths = names.map((name) => Math.max(name.length, ...rows.map((row) => row[name].length)));
  const line = (cells) =>
    cells
      .map((cell, index) => cell.padEnd(widths[index]))
      .join("  ")
      .trimEnd();
  console.log(line(names));
  for (const row of rows) console.log(line(names.map((name) => row[name])));
}

function printWait({ name, ms, goalMs }) {
  const verdict = ms.median < goalMs ? "met" : "missed";
  const goal = goalMs === undefined ? "" : `   goal < ${goalMs} ms: ${verdict}`;
  console.log(`${name.padEnd(42)} ${`${show(ms)} ms`.padEnd(24)}${goal}`.trimEnd());
}

function printMachine({ seconds, runs }) {
  const cores = `${os.availableParallelism()} x ${os.cpus()[0]?.model.trim() ?? "unknown processor"}`;
  console.log(`Node ${process.version}, ${cores}; medians with (least-greatest)`);
  const pinning = canPin ? "gateway on core 0, load and upstream on core 1" : "processes not pinned to cores";
  const generator = hasWrk ? "wrk" : "the own load generator (wrk is not installed)";
  console.log(`${runs} runs of ${seconds} s, 64 connections, ${generator}; ${pinning}`);
}

async function main() {
  const options = readOptions();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "gwc-bench-"));
  process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
  printMachine(options);
  const results = { node: process.version, seconds: options.seconds, runs: options.runs, wrk: hasWrk };
  if (options.only !== "build")
    results.load = await measureUnderLoad({ ...options, folder, report: printScenario });
  if (options.only !== "load") {
    console.log("\nwaiting times, whole processes, median of 5");
    results.waits = await measureBuildTimes({ folder, report: printWait });
  }
  if (options.json !== undefined) fs.writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
