// docs/benchmark.json, and what is made of it: docs/benchmark.md and docs/benchmark.svg.
import fs from "node:fs";
import { CASES } from "../cases.mjs";
import { markdown } from "./markdown.mjs";
import { chart } from "./svg.mjs";

const docs = (name) => new URL(`../../../docs/${name}`, import.meta.url);

/** The results that the documents show; undefined where there are none yet. */
export function readDocs() {
  const file = docs("benchmark.json");
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : undefined;
}

/**
 * The results with older ones for the cases that were not measured this time. Those of another machine are left out;
 * every case says itself from which versions its figures are.
 */
export function withOlder(results, older) {
  const kept = older?.machine === results.machine ? older : { cases: [] };
  const caseOf = ({ cases }, name) => cases.find((each) => each.name === name && each.rows.length > 0);
  const cases = CASES.map(({ name }) => caseOf(results, name) ?? caseOf(kept, name));
  return {
    ...results,
    cases: cases.filter((each) => each !== undefined),
    waits: results.waits ?? kept.waits,
  };
}

export function writeDocs(results) {
  if (results === undefined)
    throw new Error("there is no docs/benchmark.json to render: measure with --docs first");
  fs.writeFileSync(docs("benchmark.json"), `${JSON.stringify(results, null, 2)}\n`);
  fs.writeFileSync(docs("benchmark.md"), markdown(results));
  fs.writeFileSync(docs("benchmark.svg"), chart(results));
}
