// How many instructions an operation takes, from the counter of the processor: what start and warming up take
// is taken away by counting twice. A count is steady where time is not.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { has } from "./machine.mjs";

const runner = fileURLToPath(new URL("./micro-run.mjs", import.meta.url));
const REPEATS = 3;

/** Why there is no counter; undefined where there is one. */
export function whyNoCounter() {
  if (!has("perf")) return "perf is not installed";
  const { stderr } = counted(["true"]);
  if (/<not (supported|counted)>/.test(stderr))
    return "this machine does not let its counter of instructions be read";
  return instructionsIn(stderr) === undefined ? `perf says: ${stderr.trim().split("\n")[0]}` : undefined;
}

const counted = (command) =>
  spawnSync("perf", ["stat", "-x", ",", "-e", "instructions:u", "--", ...command], { encoding: "utf8" });

const instructionsIn = (stderr) => {
  const count = /^(\d+),[^,]*,instructions/m.exec(stderr)?.[1];
  return count === undefined ? undefined : Number(count);
};

/** Instructions of one operation of a part; the least of a few, since only disturbances add. */
export function countInstructions(part, index, times) {
  const once = (turns) => {
    const { stderr, status } = counted([
      process.execPath,
      "--single-threaded",
      runner,
      part,
      String(index),
      String(turns),
    ]);
    if (status !== 0) throw new Error(`perf failed:\n${stderr}`);
    return instructionsIn(stderr);
  };
  const least = (turns) => Math.min(...Array.from({ length: REPEATS }, () => once(turns)));
  return (least(3 * times) - least(times)) / (2 * times);
}
