// Where figures come from: machine, versions, commit. A figure without them says nothing.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import os from "node:os";
import { usesWrk } from "./load/load.mjs";
import { cores, hasRoomForTwoThreads, placement } from "./machine.mjs";

const require = createRequire(import.meta.url);
const says = (command, ...args) => {
  const { stdout, stderr } = spawnSync(command, args, { encoding: "utf8", cwd: import.meta.dirname });
  return `${stdout ?? ""}${stderr ?? ""}`.trim();
};

/** The machine, in words; figures of different ones do not belong into one table. */
export function machineOf() {
  const processor = os.cpus()[0]?.model.trim() ?? "unknown processor";
  return {
    machine: `${cores} x ${processor}, ${os.type()} ${os.release()}`,
    placement,
    roomForTwoThreads: hasRoomForTwoThreads,
  };
}

function commit() {
  const head = /^[0-9a-f]{7,}$/.exec(says("git", "rev-parse", "--short", "HEAD"))?.[0];
  if (head === undefined) return "unknown";
  const changed = says("git", "status", "--porcelain", "--untracked-files=no", "--", ":/", ":!/docs");
  return changed === "" ? head : `${head} with changes`;
}

/** What took part in the measuring of a case. */
export function versionsOf({ node, seconds, runs, own }) {
  const nginx = /nginx\/([\d.]+)/.exec(says("nginx", "-v"))?.[1];
  const wrk = usesWrk(seconds, own) ? /wrk \S+/.exec(says("wrk", "-v"))?.[0] : undefined;
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    node: says(node, "--version"),
    ...(nginx && { nginx }),
    undici: require("undici/package.json").version,
    fastify: require("@fastify/http-proxy/package.json").version,
    load: wrk ?? "the own generator",
    seconds,
    runs,
  };
}
