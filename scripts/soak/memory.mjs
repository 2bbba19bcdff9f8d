// Whether a process goes on growing.
import { readdirSync, readFileSync } from "node:fs";

const EVERY_MS = 2000;
/** Until then it may grow: code is compiled, pools and caches fill. */
const SETTLED_MS = 60_000;
const LEAST_SAMPLES = SETTLED_MS / EVERY_MS - 1;
/** What the resident size of a process that does not grow differs by from one minute to another. */
const NOISE = { share: 0.05, megabytes: 2 };

/** Looks at a process until `stop`, which tells how it went. */
export function watchMemory(pid) {
  const began = performance.now();
  const samples = [];
  const timer = setInterval(
    () =>
      samples.push({
        at: performance.now() - began,
        resident: residentMegabytes(pid),
        files: openFiles(pid),
      }),
    EVERY_MS,
  );
  return {
    stop() {
      clearInterval(timer);
      return judged(samples);
    },
  };
}

/** The first third after the first minute against the last. */
function judged(samples) {
  const settled = samples.filter(({ at }) => at >= SETTLED_MS);
  const everyTenth = samples
    .filter((_, index) => index % Math.ceil(samples.length / 10) === 0)
    .map((each) => each.resident);
  if (settled.length < LEAST_SAMPLES)
    return { text: "memory: two minutes are the least that tells", everyTenth, grows: false };
  const third = Math.ceil(settled.length / 3);
  const sizes = (part) => median(part.map(({ resident }) => resident));
  const files = (part) => median(part.map((each) => each.files));
  const [before, after] = [settled.slice(0, third), settled.slice(-third)];
  const allowed = sizes(before) * (1 + NOISE.share) + NOISE.megabytes;
  return {
    text: `resident ${sizes(before)} MB, later ${sizes(after)} MB; open files ${files(before)}, later ${files(after)}`,
    everyTenth,
    grows: sizes(after) > allowed || files(after) > files(before) + 20,
  };
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function residentMegabytes(pid) {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
  return Math.round((pages * 4096) / 2 ** 20);
}

function openFiles(pid) {
  return readdirSync(`/proc/${pid}/fd`).length;
}
