// The columns of a case's table: heading, how a row fills it, for terminal and documents alike.
import { middle, show, timesOf } from "../numbers.mjs";

const figure = (name, digits) => (row, whole) => (whole ? show : middle)(row.figures[name], digits);

const COLUMNS = [
  ["rate/s", ({ rate }) => (rate === undefined ? "-" : String(rate))],
  ["ms", figure("milliseconds", 0)],
  ["kB each", figure("kilobytesEach", 1)],
  ["req/s before", figure("requestsBefore", 0)],
  ["req/s", figure("requestsPerSecond", 0)],
  ["CPU us/req", figure("cpuMicroseconds", 1)],
  [
    "user + sys",
    ({ figures }) =>
      figures.userMicroseconds === undefined
        ? "-"
        : `${middle(figures.userMicroseconds, 1)} + ${middle(figures.systemMicroseconds, 1)}`,
  ],
  ["busy %", ({ figures }) => middle(figures.busyPercent, 0)],
  ["RSS MB", ({ figures }) => middle(figures.megabytes, 0)],
  ["peak MB", ({ figures }) => middle(figures.peakMegabytes, 0)],
  ["p50 ms", ({ figures }) => middle(figures.p50, 2)],
  ["p99 ms", ({ figures }) => middle(figures.p99, 2)],
  ["p99.9 ms", ({ figures }) => middle(figures.p999, 2)],
];

/** The figure that says most of a row, and whether CPU, ms or kB. */
export function mainFigure({ figures }) {
  if (figures.milliseconds) return { name: "milliseconds", unit: "ms" };
  if (figures.kilobytesEach) return { name: "kilobytesEach", unit: "kB each" };
  if (figures.cpuMicroseconds) return { name: "cpuMicroseconds", unit: "us of CPU" };
  return { name: "p50", unit: "ms" };
}

const WITHOUT_CPU = { half: "p99" };

/** The figure that ratios and chart of a case are of. */
export function mainFigureOf(name, rows) {
  if (name in WITHOUT_CPU) return { name: WITHOUT_CPU[name], unit: `ms ${WITHOUT_CPU[name]}` };
  return mainFigure(rows[0]);
}

/** Heading and rows of a case; columns that nobody fills are left out. `whole`: with the spread. */
export function tableOf({ name, rows }, whole) {
  const references = ["node", "nginx"].filter((reference) =>
    rows.some(({ gateway }) => gateway === reference),
  );
  const main = mainFigureOf(name, rows);
  const ratios = references.map((reference) => [
    `of ${reference}`,
    (row) =>
      ratio(
        row,
        rows.find(({ gateway }) => gateway === reference),
        main.name,
      ),
  ]);
  const columns = [...COLUMNS, ...ratios].filter(([, cell]) => rows.some((row) => cell(row, whole) !== "-"));
  const heading = ["gateway", ...columns.map(([title]) => title)];
  return [heading, ...rows.map((row) => [row.label, ...columns.map(([, cell]) => cell(row, whole))])];
}

function ratio(row, reference, figureName) {
  const times = timesOf(row.figures[figureName], reference.figures[figureName]);
  return times === undefined ? "-" : `${times.toFixed(2)}x`;
}
