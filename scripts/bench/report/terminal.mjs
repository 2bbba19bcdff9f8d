// The report for people at a terminal.
import { limitText, quantity, verdict } from "../targets.mjs";
import { tableOf } from "./columns.mjs";
import { doubts } from "./doubts.mjs";

export function printMachine({ machine, placement }, { node, load, seconds, runs }) {
  console.log(`${machine}; gateways on Node ${node}; medians with (least-greatest)`);
  console.log(`${runs} runs of ${seconds} s each, 64 connections, load by ${load}; ${placement}`);
}

export function printCase(measured) {
  console.log(`\n${measured.title} (${measured.name})\n  ${measured.about}`);
  if (measured.fault !== undefined) console.log(`  FAILED: ${measured.fault}`);
  if (measured.rows?.length > 0) printTable(tableOf(measured, true));
  for (const { label, reason } of measured.skipped ?? []) console.log(`  without ${label}: ${reason}`);
  for (const doubt of (measured.rows ?? []).flatMap(doubts)) console.log(`  doubt: ${doubt}`);
}

export function printTargets(targets) {
  const known = targets.filter(({ value }) => value !== undefined);
  if (known.length === 0) return;
  console.log("\ntargets");
  printTable([
    ["target", "wanted", "measured", ""],
    ...known.map((target) => [
      target.name,
      limitText(target),
      quantity(target.value, target.unit),
      verdict(target),
    ]),
  ]);
  if (known.length < targets.length) console.log(`  ${targets.length - known.length} more were not measured`);
}

export function printTable(lines) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const padded = (cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]));
  for (const line of lines) console.log(`  ${line.map(padded).join("  ").trimEnd()}`);
}

export function printWait({ name, ms, goalMs }) {
  const verdict = ms.median < goalMs ? "met" : "MISSED";
  const goal = goalMs === undefined ? "" : `   goal < ${goalMs} ms: ${verdict}`;
  const spread = `${ms.median.toFixed(0)} (${ms.least.toFixed(0)}-${ms.greatest.toFixed(0)}) ms`;
  console.log(`  ${name.padEnd(42)} ${spread.padEnd(24)}${goal}`.trimEnd());
}
