// As many requests as each gateway answers: requests per second, CPU per request, memory, latency.
import { saturate } from "../load/load.mjs";
import * as machine from "../machine.mjs";
import { spreads } from "../numbers.mjs";

/** Gateways get warm for so long before they are measured, in s; never longer than a run. */
export const warmUp = ({ seconds }) => Math.min(2, seconds);

/** Rows with their figures, and who did not take part. */
export async function measureLoad(field, { entries }, options) {
  const { rows, skipped } = await field.line(entries);
  for (const { target } of rows) await saturate(target, { ...options, seconds: warmUp(options) });
  const samples = await inTurn(rows, options.runs, ({ gateway, target }) =>
    sample(gateway, () => saturate(target, options)),
  );
  return { rows: rows.map(({ row }, index) => summary(row, samples[index])), skipped };
}

/** Turn by turn, so that a machine that gets slower meanwhile slows all alike. */
export async function inTurn(rows, runs, take) {
  const samples = rows.map(() => []);
  for (let run = 0; run < runs; run++)
    for (const [index, row] of rows.entries()) samples[index].push(await take(row));
  return samples;
}

/** The figures of one run of `load` on a gateway. */
export async function sample({ child: { pid } }, load) {
  machine.forgetPeak(pid);
  const [before, threadsBefore, coreBefore] = clocks(pid);
  const loaded = await load();
  const [after, threadsAfter, coreAfter] = clocks(pid);
  const latencies = { p50: loaded.p50, p99: loaded.p99, p999: loaded.p999 };
  const requestsPerSecond = loaded.requests / loaded.seconds;
  if (before === undefined) return { requestsPerSecond, ...latencies };
  const user = after.user - before.user;
  const system = after.system - before.system;
  return {
    requestsPerSecond,
    cpuMicroseconds: (user + system) / loaded.requests,
    userMicroseconds: user / loaded.requests,
    systemMicroseconds: system / loaded.requests,
    busyPercent: (user + system) / loaded.seconds / 1e4,
    othersPercent: Math.max(0, coreAfter - coreBefore - user - system) / loaded.seconds / 1e4,
    threads: evenThreads(threadsBefore, threadsAfter),
    megabytes: machine.residentMegabytes(pid),
    peakMegabytes: machine.peakMegabytes(pid),
    ...latencies,
  };
}

const clocks = (pid) => [
  machine.cpuTime(pid),
  machine.threadTimes(pid),
  machine.coreTime(machine.CORES.gateway),
];

/** By how many threads the work was done, if all did as much as the busiest: 2.0 is two that share evenly. */
function evenThreads(before, after) {
  const spent = [...after].map(([thread, time]) => time - (before.get(thread) ?? 0));
  const busiest = Math.max(...spent);
  return busiest === 0 ? 1 : spent.reduce((sum, each) => sum + each) / busiest;
}

export function summary(row, samples) {
  const growth = samples.at(-1).peakMegabytes / samples[0].peakMegabytes;
  const flat = samples.length > 1 && Number.isFinite(growth) ? { peakGrowth: growth } : {};
  return { ...row, ...flat, figures: spreads(samples) };
}
