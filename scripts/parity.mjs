#!/usr/bin/env node
// Replays the recorded KrakenD cases against the gateway of this checkout.
//   npm run parity -- [--only SUBSTRING] [--all] [--jobs N] [--verbose] [--gateway 'CMD -c {config} -p {port}']
// Exit status: 0 every case agrees or differs as listed, 1 not so, 2 bad usage or a gateway that cannot start.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { differences as compare, runCase } from "../fixtures/oracle/parity.mjs";
import { judge, readLists } from "./parity/lists.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const oracle = path.join(root, "fixtures", "oracle");
const ownGateway = [process.execPath, path.join(root, "bin", "gwc.js"), "run", "--compat", "krakend"].concat([
  "-c",
  "{config}",
  "-p",
  "{port}",
]);
// The exit status that means a fault of gwc itself: not a refusal, whatever a case expects.
const BUG = 70;

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: "string", default: "" },
        all: { type: "boolean", default: false },
        jobs: { type: "string", default: "2" },
        verbose: { type: "boolean", default: false },
        gateway: { type: "string" },
      },
    });
    const jobs = Number(values.jobs);
    if (!Number.isInteger(jobs) || jobs < 1)
      throw new Error(`--jobs takes a whole number, not ${values.jobs}`);
    return { ...values, jobs, gateway: values.gateway ?? ownGateway };
  } catch (error) {
    console.error(`${error.message}\nusage: see the head of scripts/parity.mjs`);
    process.exit(2);
  }
}

function readDocuments() {
  const folder = path.join(oracle, "cases");
  const files = fs.readdirSync(folder).filter((file) => file.endsWith(".json"));
  return files.sort().map((file) => ({
    file,
    cases: JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")).cases,
  }));
}

/** Without this a gateway that never starts would pass every case that expects a refusal. */
async function checkGatewayStarts(gateway) {
  const config = { version: 3, endpoints: [] };
  const { got, err } = await runCase({ config, steps: [{ request: { path: "/__health" } }] }, gateway);
  if (got[0]?.client?.status === 200) return;
  console.error(`the gateway does not start on an empty configuration; it said:\n${err.trim().slice(-2000)}`);
  process.exit(2);
}

/** A case whose outcome depends on how fast this machine is just now. */
function isTimed(recorded) {
  const sensitive = (step) =>
    step.max_ms || step.wait_ms || step.after_ms || step.parallel || step.request.linger_ms;
  return recorded.steps.some(sensitive) || /\/delay\/|"qos\//.test(JSON.stringify(recorded.config ?? ""));
}

async function attempt(recorded, options, lists) {
  const run = await runCase(recorded, options.gateway).catch((error) => ({
    got: [{ error: String(error) }],
    err: "",
  }));
  const verdict = judge(recorded, run.got, compare(recorded.expect, run.got), lists.differences);
  if (run.ended === BUG) verdict.faults.push("the gateway ended with a fault of its own");
  const unexpectedStop = run.got[0]?.start !== undefined && recorded.expect[0]?.start === undefined;
  const failed = verdict.faults.length + verdict.unlisted.length > 0;
  return { recorded, ...verdict, failed, output: run.got[0]?.start ? run.err : "", unexpectedStop };
}

/** Runs `cases` with so many at a time, then once more, alone, those that load may have made fail. */
async function runAll(cases, options, lists) {
  const results = [];
  const queue = cases.entries();
  const worker = async () => {
    for (const [index, recorded] of queue) results[index] = await attempt(recorded, options, lists);
  };
  await Promise.all(Array.from({ length: options.jobs }, worker));
  for (const [index, first] of results.entries()) {
    if (!first.failed || !(first.unexpectedStop || isTimed(first.recorded))) continue;
    results[index] = await attempt(first.recorded, options, lists);
    const outcome = results[index].failed ? "failed again" : "passed then";
    console.log(
      `AGAIN   ${first.recorded.name}: timing matters there, so it was run again alone; it ${outcome}`,
    );
  }
  return results;
}

function printFailure({ recorded, faults, unlisted, output }, file) {
  console.log(`FAILED  ${recorded.name}  (${file})`);
  for (const fault of faults) console.log(`   ${fault}`);
  for (const { step, part, want, got } of unlisted.slice(0, 4))
    console.log(`   step ${step} ${part}\n     want ${want?.slice(0, 600)}\n     got  ${got?.slice(0, 600)}`);
  if (unlisted.length > 4) console.log(`   and ${unlisted.length - 4} more differences`);
  if (output) console.log(`   gateway said: ${output.trim().slice(-600)}`);
}

function printResult(result, file, { verbose }) {
  if (result.failed) printFailure(result, file);
  else if (verbose) console.log(`${result.onPurpose ? "differs" : "ok     "} ${result.recorded.name}`);
}

const ready = ({ failed, onPurpose }) => !failed && !onPurpose;

async function runFile({ file, cases }, options, lists) {
  const wanted = cases.filter(({ name }) => name.includes(options.only));
  const isLater = ({ name }) =>
    Object.hasOwn(lists.notYet.files, file) || Object.hasOwn(lists.notYet.cases, name);
  const later = wanted.filter(isLater);
  const results = await runAll(
    wanted.filter((recorded) => !isLater(recorded)),
    options,
    lists,
  );
  for (const result of results) printResult(result, file, options);
  if (options.all)
    for (const { recorded } of (await runAll(later, options, lists)).filter(ready))
      console.log(`READY   ${recorded.name} passes already: shorten not-yet.json`);
  return {
    passed: results.filter(ready).length,
    failed: results.filter(({ failed }) => failed).length,
    onPurpose: results.filter(({ failed, onPurpose }) => !failed && onPurpose).length,
    notYet: later.length,
  };
}

const options = readOptions();
const documents = readDocuments();
const lists = readLists(oracle, documents);
for (const fault of lists.faults) console.log(`FAULTY  ${fault}`);
await checkGatewayStarts(options.gateway);
const total = { passed: 0, failed: 0, onPurpose: 0, notYet: 0 };
for (const document of documents) {
  const count = await runFile(document, options, lists);
  for (const key of Object.keys(total)) total[key] += count[key];
  if (Object.values(count).every((number) => number === 0)) continue;
  const tested = `${count.passed} passed, ${count.failed} failed`;
  console.log(`${document.file}  ${tested}, ${count.onPurpose} differ on purpose, ${count.notYet} not yet`);
}
if (lists.faults.length > 0) console.log(`${lists.faults.length} faulty entries in the lists, named above`);
const nothingRun = total.passed + total.failed + total.onPurpose + total.notYet === 0;
if (nothingRun) console.log(`no case has ${JSON.stringify(options.only)} in its name`);
console.log(`${total.onPurpose} differ on purpose, ${total.notYet} not yet`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = lists.faults.length + total.failed > 0 || nothingRun ? 1 : 0;
