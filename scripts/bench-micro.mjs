#!/usr/bin/env node
// Single parts of the gateway, one operation at a time. Every file of scripts/bench/micro is a part.
import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CORES, stepAside } from "./bench/machine.mjs";
import { readBaseline, regressions, unknown, updateBaseline } from "./bench/micro-baseline.mjs";
import { countInstructions, whyNoCounter } from "./bench/micro-instructions.mjs";
import { show } from "./bench/numbers.mjs";
import { run } from "./bench/processes.mjs";
import { printTable } from "./bench/report/terminal.mjs";

const parts = fs
  .readdirSync(new URL("./bench/micro/", import.meta.url))
  .filter((name) => name.endsWith(".mjs"))
  .map((name) => name.slice(0, -".mjs".length));

const USAGE = `usage: npm run bench:micro -- [options]
  --only PARTS   of ${parts.join(", ")}
  --check        compares with scripts/bench/baseline.json and fails when something became worse: instructions by 10 %
                 where the processor's counter may be read, otherwise time beside the slow twin by 30 %
  --update       writes what was found into that file`;

class BadUsage extends Error {}

function readOptions(args) {
  try {
    const { values } = parseArgs({
      args,
      options: { only: { type: "string" }, check: { type: "boolean" }, update: { type: "boolean" } },
    });
    const wanted = values.only?.split(",") ?? parts;
    if (!wanted.every((each) => parts.includes(each))) throw new Error("there is no such part");
    return { ...values, wanted };
  } catch (fault) {
    throw new BadUsage(`${fault.message}\n${USAGE}`);
  }
}

const runner = fileURLToPath(new URL("./bench/micro-run.mjs", import.meta.url));

/** Enough operations for a count that start and compilation do not blur: half a second's worth. */
const timesFor = ({ nanoseconds }) => Math.max(1, Math.round(5e8 / nanoseconds.median));

async function measurePart(part, found, withCounter) {
  const { about, absent, operations } = JSON.parse(
    await run(CORES.gateway, [process.execPath, runner, part]),
  );
  const rows = operations.map((each, index) => {
    const name = `${part}: ${each.operation}`;
    const twin = operations.find(({ operation }) => operation === each.twin);
    const ratio = twin && each.nanoseconds.median / twin.nanoseconds.median;
    if (withCounter) found.instructions[name] = Math.round(countInstructions(part, index, timesFor(each)));
    if (ratio !== undefined) found.ratios[name] = Number(ratio.toPrecision(3));
    return [
      each.operation,
      show(each.nanoseconds, 0),
      each.bytes ? ((each.bytes * 1000) / each.nanoseconds.median).toFixed(0) : "-",
      ratio === undefined ? "-" : `${ratio.toFixed(2)}x`,
      withCounter ? String(found.instructions[name]) : "-",
    ];
  });
  console.log(`\n${part}: ${about}`);
  if (absent !== undefined) return console.log(`  left out: ${absent}`);
  printTable([["operation", "ns", "MB/s", "of its slow twin", "instructions"], ...rows]);
}

/** Says what became worse; gives the exit status. */
function check(found, baseline, reason) {
  console.log(
    reason === undefined
      ? "\ncompared by instructions, and by time beside the slow twin"
      : `\ninstructions are not compared: ${reason}; time beside the slow twin is, which is less exact`,
  );
  for (const name of unknown(found, baseline)) console.log(`  not in the baseline: ${name}`);
  const worse = regressions(found, baseline);
  for (const { kind, name, value, stored } of worse)
    console.log(
      `  WORSE by ${(100 * (value / stored - 1)).toFixed(0)} %: ${name} (${kind}: ${stored} -> ${value})`,
    );
  if (worse.length === 0) console.log("  nothing became worse");
  return worse.length === 0 ? 0 : 1;
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  const reason = whyNoCounter();
  const found = { instructions: {}, ratios: {} };
  stepAside();
  for (const part of options.wanted) await measurePart(part, found, reason === undefined);
  const baseline = readBaseline();
  if (options.update) updateBaseline(found, baseline);
  if (options.check) process.exitCode = check(found, baseline, reason);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof BadUsage ? error.message : error.stack);
  process.exit(error instanceof BadUsage ? 2 : 1);
}
