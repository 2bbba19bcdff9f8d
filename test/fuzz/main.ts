// npm run fuzz:parity. See scripts/fuzz-parity.mjs for its options.
import { parseArgs } from "node:util";
import type { FuzzCase } from "./case.js";
import { type Difference, difference, lastingDifference } from "./compare.js";
import { commanded, compiled, interpreted } from "./engines.js";
import { randomCase } from "./generate.js";
import type { Engine } from "./play.js";
import { shrink } from "./shrink.js";

/** Plays random cases until the time or their number is up; gives the exit status. */
export async function main(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      cases: { type: "string", default: "200" },
      seconds: { type: "string", default: "600" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      oracle: { type: "string" },
      "no-shrink": { type: "boolean", default: false },
    },
  });
  const reference = values.oracle === undefined ? interpreted : commanded(values.oracle);
  const end = performance.now() + Number(values.seconds) * 1000;
  const first = Number(values.seed);
  let played = 0;
  let differing = 0;
  for (; played < Number(values.cases) && performance.now() < end; played += 1) {
    const fuzzCase = randomCase(first + played);
    const found = await lastingDifference(fuzzCase, reference, compiled);
    if (found === undefined) continue;
    differing += 1;
    console.log(await shown(fuzzCase, found, reference, values["no-shrink"]));
  }
  console.log(`${played} cases from seed ${first} against ${reference.name}: ${differing} differ`);
  return differing === 0 ? 0 : 1;
}

async function shown(
  fuzzCase: FuzzCase,
  found: Difference,
  reference: Engine,
  whole: boolean,
): Promise<string> {
  const isSame = async (smaller: FuzzCase): Promise<boolean> =>
    (await difference(smaller, reference, compiled))?.side === found.side;
  const small = whole ? fuzzCase : await shrink(fuzzCase, isSame);
  const { step, side, wanted, got } = (await difference(small, reference, compiled)) ?? found;
  const used = Object.fromEntries(
    Object.entries(small.upstream).filter(([name]) => JSON.stringify(small.config).includes(`/own/${name}`)),
  );
  return [
    `DIFFERS ${fuzzCase.name}, ${side}${step === undefined ? "" : ` of step ${step}`}`,
    JSON.stringify({ ...small, upstream: used }, null, 1),
    `--- want (${reference.name})`,
    wanted,
    "--- got",
    got,
    "",
  ].join("\n");
}
