// The command line of the bench.
import { parseArgs } from "node:util";
import { CASES } from "./cases.mjs";
import { GATEWAYS } from "./gateways.mjs";

const WAITS = "waits";
export const CASE_NAMES = [...CASES.map(({ name }) => name), WAITS];

const USAGE = `usage: npm run bench -- [options]
  --only CASES      of ${CASE_NAMES.join(", ")}
  --gateways LIST   of ${Object.keys(GATEWAYS).join(", ")}
  --seconds N       of each run (3); whole numbers where wrk makes the load
  --runs N          of each contender, in turn (5)
  --node BINARY     the Node that runs the gateways
  --idle N          idle connections of the case \`idle\` (10000)
  --own-load        the own load generator, even where wrk is installed
  --json FILE       writes the results
  --docs            writes docs/benchmark.json, .md and .svg; cases that are not measured stay as they are there
  --render          writes docs/benchmark.md and .svg from docs/benchmark.json, without measuring`;

export class BadUsage extends Error {}

/** Throws BadUsage with the usage. */
export function readOptions(args) {
  const values = parsed(args);
  const numbers = Object.fromEntries(["seconds", "runs", "idle"].map((name) => [name, Number(values[name])]));
  const cases = listOf(values.only, CASE_NAMES);
  const gateways = listOf(values.gateways, Object.keys(GATEWAYS));
  if (values.help) throw new BadUsage(USAGE);
  const { seconds, runs, idle } = numbers;
  const fits = seconds > 0 && seconds <= 60 && isCount(runs, 50) && isCount(idle, 100_000);
  if (!fits || cases === undefined || gateways === undefined) throw new BadUsage(USAGE);
  return { ...values, ...numbers, cases, gateways, own: values["own-load"], connections: 64 };
}

const isCount = (value, most) => Number.isInteger(value) && value > 0 && value <= most;

function parsed(args) {
  try {
    return parseArgs({
      args,
      options: {
        only: { type: "string" },
        gateways: { type: "string" },
        seconds: { type: "string", default: "3" },
        runs: { type: "string", default: "5" },
        node: { type: "string", default: process.execPath },
        idle: { type: "string", default: "10000" },
        "own-load": { type: "boolean", default: false },
        json: { type: "string" },
        docs: { type: "boolean", default: false },
        render: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (fault) {
    throw new BadUsage(`${fault.message}\n${USAGE}`);
  }
}

/** The names asked for, all when nothing is said; undefined where one is unknown. */
function listOf(text, known) {
  const names = text === undefined ? known : text.split(",");
  return names.every((name) => known.includes(name)) ? names : undefined;
}
