// The stored baseline of the micro-benchmarks, and what is worse than it. Pure but for the file.
import fs from "node:fs";

const file = new URL("./baseline.json", import.meta.url);

/** Instructions may grow by a tenth; time beside the twin is less steady. */
const MOST = { instructions: 1.1, ratios: 1.3 };

export const readBaseline = () => JSON.parse(fs.readFileSync(file, "utf8"));

/** Instruction counts belong to an engine and a processor; ratios travel. */
export const engine = () => `node ${process.versions.node.split(".")[0]} ${process.arch}`;

/** What is found, by name: { instructions, ratios }; either may be empty. */
export function regressions(found, baseline) {
  const compare = (kind, stored = {}) =>
    Object.entries(found[kind]).flatMap(([name, value]) =>
      name in stored && value > stored[name] * MOST[kind]
        ? [{ kind, name, value, stored: stored[name] }]
        : [],
    );
  return [...compare("instructions", baseline.instructions[engine()]), ...compare("ratios", baseline.ratios)];
}

/** Names that were found and that the baseline does not know. */
export function unknown(found, baseline) {
  const stored = { instructions: baseline.instructions[engine()] ?? {}, ratios: baseline.ratios };
  return ["instructions", "ratios"].flatMap((kind) =>
    Object.keys(found[kind]).filter((name) => !(name in stored[kind])),
  );
}

export function updateBaseline(found, baseline) {
  const instructions = { ...baseline.instructions[engine()], ...found.instructions };
  const updated = {
    instructions: {
      ...baseline.instructions,
      ...(Object.keys(instructions).length > 0 && { [engine()]: instructions }),
    },
    ratios: { ...baseline.ratios, ...found.ratios },
  };
  fs.writeFileSync(file, `${JSON.stringify(updated, null, 2)}\n`);
}
