// The two lists beside the recorded cases: what differs on purpose and what is not there yet.
// Owns reading and checking them; what a case did is judged in `judge`.
import fs from "node:fs";
import path from "node:path";

const read = (file) => JSON.parse(fs.readFileSync(file, "utf8"));

/** Reads `differences.json` and `not-yet.json`; `faults` are sentences about entries that make no sense. */
export function readLists(folder, documents) {
  const lists = {
    differences: read(path.join(folder, "differences.json")),
    notYet: read(path.join(folder, "not-yet.json")),
  };
  return {
    ...lists,
    faults: [...differenceFaults(lists, documents), ...notYetFaults(lists.notYet, documents)],
  };
}

function differenceFaults({ differences, notYet }, documents) {
  const steps = new Map(documents.flatMap(({ cases }) => cases.map((c) => [c.name, stepCount(c)])));
  const seen = new Set();
  return differences.flatMap((entry) => {
    const label = `differences.json: ${entry.case} step ${entry.step}`;
    const key = JSON.stringify([entry.case, entry.step]);
    const faults = [];
    if (seen.has(key)) faults.push(`${label} is listed twice`);
    seen.add(key);
    if (!entry.reason?.trim()) faults.push(`${label} has no reason`);
    if (!steps.has(entry.case)) return [...faults, `${label}: there is no such case`];
    if (Object.hasOwn(notYet.cases, entry.case)) faults.push(`${label} is in not-yet.json too`);
    if (entry.step !== "all" && !(Number.isInteger(entry.step) && entry.step >= 0))
      faults.push(`${label}: a step is a number from 0, or "all"`);
    else if (entry.step >= steps.get(entry.case)) faults.push(`${label}: there is no such step`);
    return faults;
  });
}

function notYetFaults(notYet, documents) {
  const files = new Set(documents.map(({ file }) => file));
  const cases = new Map(documents.flatMap(({ file, cases: all }) => all.map((c) => [c.name, file])));
  const faults = [];
  for (const [file, reason] of Object.entries(notYet.files)) {
    if (!files.has(file)) faults.push(`not-yet.json: there is no file ${file}`);
    if (!reason.trim()) faults.push(`not-yet.json: ${file} has no reason`);
  }
  for (const [name, reason] of Object.entries(notYet.cases)) {
    if (!cases.has(name)) faults.push(`not-yet.json: there is no case ${name}`);
    if (Object.hasOwn(notYet.files, cases.get(name) ?? ""))
      faults.push(`not-yet.json: ${name} is listed with its whole file already`);
    if (!reason.trim()) faults.push(`not-yet.json: ${name} has no reason`);
  }
  return faults;
}

const stepCount = (recorded) => Math.max(recorded.steps.length, recorded.expect.length);

/**
 * Judges one case: `faults` are sentences, empty when the case agrees or differs exactly as listed;
 * `unlisted` are the differences nobody explained, `onPurpose` is true when listed steps differ as they should.
 */
export function judge(recorded, got, differing, differences) {
  const listed = listedSteps(recorded, got, differences);
  const differingSteps = new Set(differing.map(({ step }) => step));
  const unlisted = differing.filter(({ step }) => !listed.has(step));
  const stale = [...listed].filter((step) => !differingSteps.has(step));
  const faults = stale.map((step) => `step ${step} is in differences.json, but it is equal`);
  if (listed.size === 0 && differences.some((entry) => entry.case === recorded.name))
    faults.push("is in differences.json, but nothing in it differs");
  return { faults, unlisted, onPurpose: listed.size > 0 };
}

function listedSteps(recorded, got, differences) {
  const count = Math.max(recorded.expect.length, got.length);
  return new Set(
    differences
      .filter((entry) => entry.case === recorded.name)
      .flatMap(({ step }) => (step === "all" ? Array.from({ length: count }, (_, index) => index) : [step])),
  );
}
