// A bounded run of `npm run fuzz:parity`: one gateway with many random endpoints, the same in every
// run unless GWC_SEED says otherwise.
import { expect, it } from "vitest";
import type { FuzzCase } from "./case.js";
import { difference, lastingDifference } from "./compare.js";
import { compiled, interpreted } from "./engines.js";
import { randomCase } from "./generate.js";
import { shrink } from "./shrink.js";

const seed = process.env.GWC_SEED === "random" ? Date.now() % 1_000_000 : 20_260;

it(`serves random endpoints as the interpreter does (seed ${seed})`, { timeout: 60_000 }, async () => {
  expect(await lastingDifference(randomCase(seed, 16), interpreted, compiled)).toBeUndefined();
});

it("finds a difference, and shrinks the case to what differs", async () => {
  const fuzzCase = randomCase(seed, 8);
  const hasGroup = (each: FuzzCase): Promise<boolean> =>
    Promise.resolve(
      each.config.endpoints.some(({ backend }) => backend.some(({ group }) => group !== undefined)),
    );
  expect(await hasGroup(fuzzCase)).toBe(true);
  const { config, steps } = await shrink(fuzzCase, hasGroup, 2000);
  expect(config.endpoints).toHaveLength(1);
  expect(Object.keys(config.endpoints[0]!.backend[0]!).sort()).toEqual(["group", "url_pattern"]);
  expect(steps).toHaveLength(1);
  // An interpreter that knows nothing of groups is found out.
  const without = {
    ...interpreted,
    start: (served: FuzzCase["config"]) => interpreted.start(ungrouped(served)),
  };
  expect(await difference({ ...fuzzCase, steps: stepsOf(fuzzCase) }, interpreted, without)).toBeDefined();
});

function ungrouped(config: FuzzCase["config"]): FuzzCase["config"] {
  const plain = ({
    group: _group,
    ...backend
  }: FuzzCase["config"]["endpoints"][0]["backend"][0]): typeof backend => backend;
  return {
    ...config,
    endpoints: config.endpoints.map((each) => ({
      ...each,
      backend: each.backend.map(plain) as typeof each.backend,
    })),
  };
}

function stepsOf({ steps }: FuzzCase): FuzzCase["steps"] {
  return steps.filter(({ request }) => request.method !== "HEAD");
}
