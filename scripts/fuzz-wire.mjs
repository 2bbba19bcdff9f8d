// Messages made wrong at random, for as long as one likes.
//   npm run fuzz:wire -- [--seconds N] [--seed N]
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "60" }, seed: { type: "string", default: "random" } },
});
const seconds = Number(values.seconds);
const isSeed = values.seed === "random" || Number.isInteger(Number(values.seed));
if (!(seconds > 0) || !isSeed) {
  console.error("usage: npm run fuzz:wire -- [--seconds N] [--seed N]");
  process.exit(2);
}
const { status } = spawnSync(
  join(import.meta.dirname, "../node_modules/.bin/vitest"),
  ["run", "test/property/wire-fuzz.test.ts"],
  {
    stdio: "inherit",
    cwd: join(import.meta.dirname, ".."),
    env: { ...process.env, GWC_FUZZ_SECONDS: String(seconds), GWC_SEED: values.seed },
  },
);
process.exit(status ?? 1);
