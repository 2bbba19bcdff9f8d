// One part in a process of its own, so that no part warms or spoils the engine for another. Arguments: the
// part; or the part, the number of one of its operations and how often to do it, which is all that happens
// then, for a counter outside; or the part and `smoke`, which only shows that its smallest operations agree.
// Prints one line of JSON.
import { isDeepStrictEqual } from "node:util";
import { spread } from "./numbers.mjs";

const ROUNDS = 15;
const ROUND_MS = 20;

const [name, indexText, timesText] = process.argv.slice(2);
const { default: part } = await import(new URL(`./micro/${name}.mjs`, import.meta.url));
const absent = part.absent?.() || undefined;
const operations = absent ? [] : await part.prepare({ smallest: indexText === "smoke" });

/** Whatever an operation gives ends here, so that the engine cannot leave the work out. */
let last;

function repeat(work, times) {
  for (let turn = 0; turn < times; turn++) last = work();
}

function timeOf(work, times) {
  const startedAt = performance.now();
  repeat(work, times);
  return performance.now() - startedAt;
}

/** How often an operation is done in a round, found while it gets warm. */
function timesFor(work) {
  let times = 1;
  while (timeOf(work, times) < ROUND_MS) times *= 2;
  return times;
}

/** A fast wrong result is no result. */
function refuseDifferent() {
  for (const { name: operation, twin, work } of operations) {
    const other = operations.find((each) => each.name === twin);
    if (other !== undefined && !isDeepStrictEqual(plain(work()), plain(other.work())))
      throw new Error(`${name}: "${operation}" and "${twin}" differ`);
  }
}

/** Texts of JSON are equal when what they say is. */
const plain = (value) => (typeof value === "string" && value.startsWith("{") ? JSON.parse(value) : value);

function measure() {
  const times = operations.map(({ work }) => timesFor(work));
  const rounds = operations.map(() => []);
  for (let round = 0; round < ROUNDS; round++)
    for (const [index, { work }] of operations.entries())
      rounds[index].push((timeOf(work, times[index]) * 1e6) / times[index]);
  return operations.map(({ name: operation, twin, bytes }, index) => ({
    operation,
    ...(twin && { twin }),
    ...(bytes && { bytes }),
    nanoseconds: spread(rounds[index]),
  }));
}

refuseDifferent();
if (indexText === undefined)
  console.log(JSON.stringify({ about: part.about, absent, operations: measure() }));
else if (indexText !== "smoke") repeat(operations[Number(indexText)].work, Number(timesText));
if (last === undefined && !absent && indexText !== "smoke")
  throw new Error(`${name}: an operation gave nothing`);
