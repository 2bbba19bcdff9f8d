// docs/benchmark.md from the results of a run. Pure.
import { judge, limitText, quantity, verdict } from "../targets.mjs";
import { tableOf } from "./columns.mjs";
import { doubts } from "./doubts.mjs";

export function markdown(results) {
  return `${[
    "# Benchmark",
    "",
    "Written by `npm run bench -- --docs`; the figures with their spread are in [benchmark.json](benchmark.json).",
    "",
    ...introduction(results),
    "![CPU of each gateway by case](benchmark.svg)",
    "",
    "## Targets",
    "",
    ...targets(results),
    ...results.cases.flatMap(caseOf),
    ...waits(results),
  ].join("\n")}`;
}

function introduction({ machine, placement }) {
  return [
    `${machine}; ${placement}. 64 keep-alive connections over loopback. Contenders are measured turn by turn, so that a`,
    "machine that gets slower slows all; every answer (status, headers, body) is checked before load is put on it; CPU is",
    "user and system time of all threads from `/proc`; nobody writes an access log. Values are medians, those of",
    "ratios over the turns. Absolute figures belong to this machine: read the ratios.",
    "",
  ];
}

const shown = (target) => (target.met === false ? `**${verdict(target)}**` : verdict(target));

function targets(results) {
  const note = results.roomForTwoThreads
    ? []
    : [
        "Two threads: this machine has no cores for two gateway threads beside load and backends, which therefore share them.",
        "The figure is what two cores of their own would give: by how many threads the work was done (2 where both did as",
        "much), times what a request cost with one thread, by what it cost with two. Requests are in the table of the case.",
        "",
      ];
  return [
    ...table([
      ["target", "wanted", "measured", ""],
      ...judge(results).map((each) => [
        each.name,
        limitText(each),
        quantity(each.value, each.unit),
        shown(each),
      ]),
    ]),
    "",
    ...note,
  ];
}

function caseOf(measured) {
  return [
    `## ${capital(measured.title)}`,
    "",
    `${capital(measured.about)}.`,
    "",
    ...table(tableOf(measured, false)),
    "",
    ...list(measured.skipped.map(({ label, reason }) => `Without ${label}: ${reason}.`)),
    ...list(measured.rows.flatMap(doubts).map((doubt) => `Doubt: ${doubt}.`)),
    versionText(measured.versions),
    "",
  ];
}

const list = (sentences) => (sentences.length === 0 ? [] : [...sentences.map((each) => `- ${each}`), ""]);

function versionText({ date, commit, node, nginx, undici, fastify, load, seconds, runs }) {
  const parts = [
    `commit ${commit}`,
    `Node ${node}`,
    nginx && `nginx ${nginx}`,
    `undici ${undici}`,
    `@fastify/http-proxy ${fastify}`,
    `load by ${load}`,
    `${runs} runs of ${seconds} s`,
    date,
  ];
  return `*${parts.filter(Boolean).join(", ")}*`;
}

function waits({ waits: found }) {
  if (found === undefined) return [];
  const rows = found.map(({ name, ms, goalMs }) => [
    name,
    ms.median.toFixed(0),
    goalMs === undefined ? "" : `< ${goalMs}`,
  ]);
  return [
    "## Waiting times",
    "",
    "Whole processes, on all cores.",
    "",
    ...table([["command", "ms", "goal"], ...rows]),
    "",
  ];
}

const capital = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

function table([heading, ...rows]) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const rule = heading.map((_, column) => (column === 0 ? "---" : "--:"));
  return [
    line(heading),
    line(rule),
    ...rows.map((row) => line(row.map((cell) => cell.replaceAll("|", "\\|")))),
  ];
}
