#!/usr/bin/env node
// How fast is it? This gateway beside a hand-written one of node:http and undici, nginx, @fastify/http-proxy
// and, where KRAKEND_BIN names one, KrakenD; then the waiting times of gwc. `npm run bench -- --help` lists
// the options. Ratios travel between machines, absolute figures do not.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { measureBuildTimes } from "./bench/build-times.mjs";
import { CASES } from "./bench/cases.mjs";
import { GATEWAYS } from "./bench/gateways.mjs";
import { stepAside } from "./bench/machine.mjs";
import { Field } from "./bench/measure/field.mjs";
import { BadUsage, readOptions } from "./bench/options.mjs";
import { machineOf, versionsOf } from "./bench/provenance.mjs";
import { readDocs, withOlder, writeDocs } from "./bench/report/documents.mjs";
import { printCase, printMachine, printTargets, printWait } from "./bench/report/terminal.mjs";
import { judge } from "./bench/targets.mjs";

/** Measures the cases asked for, in their order. */
async function measureCases(options, folder, versions) {
  const wanted = CASES.filter(({ name }) => options.cases.includes(name));
  if (wanted.length === 0) return [];
  const field = await Field.open({ folder, node: options.node });
  const measured = [];
  for (const each of wanted) {
    measured.push(await measureCase(field, each, options, versions));
    printCase(measured.at(-1));
  }
  await field.close();
  return measured;
}

/** A case that fails does not take the others with it: it says so, and the bench ends with status 1. */
async function measureCase(field, { name, title, about, entries, measure }, options, versions) {
  const isWanted = ({ gateway }) =>
    [gateway, GATEWAYS[gateway].family].some((each) => options.gateways.includes(each));
  try {
    const found = await measure(field, { entries: entries.filter(isWanted) }, options);
    return { name, title, about, versions, ...found };
  } catch (fault) {
    return {
      name,
      title,
      about,
      versions,
      rows: [],
      skipped: [],
      fault: `${fault.message}${field.obituaries()}`,
    };
  } finally {
    await field.clear();
  }
}

async function measure(options) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "gwc-bench-"));
  process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
  const versions = versionsOf(options);
  const results = { ...machineOf(), cases: [] };
  printMachine(results, versions);
  stepAside();
  results.cases = await measureCases(options, folder, versions);
  if (options.cases.includes("waits")) {
    console.log("\nwaiting times, whole processes, median of 5");
    results.waits = await measureBuildTimes({ folder, report: printWait });
  }
  return results;
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.render) return writeDocs(readDocs());
  const results = await measure(options);
  printTargets(judge(results));
  if (options.json !== undefined) fs.writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
  if (options.docs) writeDocs(withOlder(results, readDocs()));
  if (results.cases.some(({ fault }) => fault !== undefined)) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof BadUsage ? error.message : error.stack);
  process.exit(error instanceof BadUsage ? 2 : 1);
}
