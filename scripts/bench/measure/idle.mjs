// Many connections that ask for nothing: what each costs in memory, and whether busy ones are as fast beside
// them.
import { fileURLToPath } from "node:url";
import { saturate } from "../load/load.mjs";
import { CORES, mostOpenFiles, residentMegabytes } from "../machine.mjs";
import { spreads } from "../numbers.mjs";
import { pause, printedLine, start, stop } from "../processes.mjs";
import { inTurn, sample, warmUp } from "./load.mjs";

const holder = fileURLToPath(new URL("../load/idle.mjs", import.meta.url));
/** Files that a gateway needs beside its idle connections. */
const OTHER_FILES = 1000;
const SETTLE_MS = 1000;

export async function measureIdle(field, { entries }, options) {
  const count = Math.min(options.idle, mostOpenFiles() - OTHER_FILES);
  const { rows, skipped } = await field.line(entries);
  await field.clear();
  const samples = await inTurn(rows, Math.min(options.runs, 3), ({ row }) =>
    once(field, row, entries, count, options),
  );
  return { rows: rows.map(({ row }, index) => ({ ...row, figures: spreads(samples[index]) })), skipped };
}

/** One gateway in a new process, since memory that was used once may never be given back. */
async function once(field, { gateway: name }, entries, count, options) {
  const { rows } = await field.line(entries.filter(({ gateway }) => gateway === name));
  const [{ gateway, target }] = rows;
  await saturate(target, { ...options, seconds: warmUp(options) });
  const before = await sample(gateway, () => saturate(target, options));
  await pause(SETTLE_MS);
  const empty = residentMegabytes(gateway.child.pid);
  const connections = start(CORES.load, [
    process.execPath,
    holder,
    ...[target.port, target.path, count].map(String),
  ]);
  const opened = openOf(await printedLine(connections, 60_000));
  await pause(SETTLE_MS);
  const full = residentMegabytes(gateway.child.pid);
  const after = await sample(gateway, () => saturate(target, options));
  const left = await stillOpen(connections);
  connections.stdin.end();
  await pause(300);
  await stop(connections);
  await field.clear();
  if (opened < count || left < opened)
    throw new Error(`${gateway.label} kept ${left} of ${count} idle connections (${opened} were answered)`);
  return {
    connections: opened,
    ...(full !== undefined && { kilobytesEach: ((full - empty) * 1024) / opened, megabytes: full }),
    requestsBefore: before.requestsPerSecond,
    requestsPerSecond: after.requestsPerSecond,
    cpuMicroseconds: after.cpuMicroseconds,
    p50: after.p50,
    p99: after.p99,
    p999: after.p999,
  };
}

const openOf = (line) => Number(/^open (\d+)$/.exec(line)[1]);

async function stillOpen(connections) {
  connections.output = "";
  connections.stdin.write("\n");
  return openOf(await printedLine(connections));
}
