// Numbers with labels, and the text in which Prometheus reads them.
// [Prometheus exposition formats, text format 0.0.4]
import type { ByteString } from "./bytes.js";
import { Gather } from "./gather.js";
import { goFloat } from "./go-number.js";

export interface Family {
  readonly name: string;
  readonly help: string;
  /** A histogram has bounds, ascending; a counter none. */
  readonly bounds?: readonly number[];
}

/** Of a counter its value; of a histogram the counts between its bounds, then the sum of the values. */
export type Row = number[];

/** Labels as they are printed, `a="1",b="2"`, sorted by name. */
export type Labels = ByteString;

/** The rows of all families, by their labels. */
type Rows = readonly ReadonlyMap<Labels, Row>[];

/** All series of one exporter. Rows are looked up once and kept by whoever adds to them. */
export class SeriesSet {
  readonly #families: readonly Family[];
  readonly #rows: readonly Map<Labels, Row>[];
  readonly #gather: Gather<Rows>;

  constructor(name: string, families: readonly Family[]) {
    this.#families = families;
    this.#rows = families.map(() => new Map<Labels, Row>());
    this.#gather = new Gather(name, true, () => this.#rows);
  }

  row(family: number, labels: Labels): Row {
    const rows = this.#rows[family]!;
    const known = rows.get(labels);
    if (known !== undefined) return known;
    const { bounds } = this.#families[family]!;
    const made = new Array<number>(bounds === undefined ? 1 : bounds.length + 2).fill(0);
    rows.set(labels, made);
    return made;
  }

  /** The families that have something, sorted by name; `more` are whole families beside them. */
  async page(more: readonly PrintedFamily[] = []): Promise<ByteString> {
    const all = await this.#gather.ask();
    const own = this.#families.map((family, index) => ({
      name: family.name,
      text: familyText(family, sumOf(all.map((rows) => rows[index]!))),
    }));
    const printed = [...own, ...more].filter(({ text }) => text !== "");
    return printed
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ text }) => text)
      .join("");
  }

  /** The sums of all threads. */
  async totals(): Promise<readonly { readonly family: Family; readonly rows: ReadonlyMap<Labels, Row> }[]> {
    const all = await this.#gather.ask();
    return this.#families.map((family, index) => ({ family, rows: sumOf(all.map((rows) => rows[index]!)) }));
  }

  close(): void {
    this.#gather.close();
  }
}

export interface PrintedFamily {
  readonly name: string;
  readonly text: ByteString;
}

function sumOf(all: readonly ReadonlyMap<Labels, Row>[]): ReadonlyMap<Labels, Row> {
  const [only, second] = all;
  if (only !== undefined && second === undefined) return only;
  const sums = new Map<Labels, Row>();
  for (const [labels, row] of all.flatMap((each) => [...each])) {
    const sum = sums.get(labels);
    if (sum === undefined) sums.set(labels, [...row]);
    else for (const [index, value] of row.entries()) sum[index]! += value;
  }
  return sums;
}

/** Adds a value to a row of a histogram; a value that is a bound lies below it. */
export function observeUpTo(row: Row, bounds: readonly number[], value: number): void {
  let place = 0;
  while (place < bounds.length && value > bounds[place]!) place += 1;
  row[place]! += 1;
  row[bounds.length + 1]! += value;
}

/** The same, where a value that is a bound lies above it. [OpenCensus view/aggregation_data.go] */
export function observeBelow(row: Row, bounds: readonly number[], value: number): void {
  let place = 0;
  while (place < bounds.length && value >= bounds[place]!) place += 1;
  row[place]! += 1;
  row[bounds.length + 1]! += value;
}

function familyText({ name, help, bounds }: Family, rows: ReadonlyMap<Labels, Row>): ByteString {
  if (rows.size === 0) return "";
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = sorted.flatMap(([labels, row]) =>
    bounds === undefined
      ? [`${name}${labels === "" ? "" : `{${labels}}`} ${goFloat(row[0]!)}`]
      : histogramLines(name, labels, bounds, row),
  );
  const type = bounds === undefined ? "counter" : "histogram";
  return printedFamily(name, type, help, lines).text;
}

function histogramLines(
  name: string,
  labels: Labels,
  bounds: readonly number[],
  row: Row,
): readonly ByteString[] {
  const before = labels === "" ? "" : `${labels},`;
  let count = 0;
  const buckets = [...bounds, Number.POSITIVE_INFINITY].map((bound, index) => {
    count += row[index]!;
    return `${name}_bucket{${before}le="${goFloat(bound)}"} ${goFloat(count)}`;
  });
  const all = labels === "" ? "" : `{${labels}}`;
  return [
    ...buckets,
    `${name}_sum${all} ${goFloat(row[bounds.length + 1]!)}`,
    `${name}_count${all} ${goFloat(count)}`,
  ];
}

/** A family that is printed as it is. */
export function printedFamily(
  name: string,
  type: string,
  help: string,
  lines: readonly ByteString[],
): PrintedFamily {
  const head = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  return { name, text: `${head}${lines.join("\n")}\n` };
}

/** Labels as they are printed; sorted by name here, so that equal ones are equal texts. */
export function labelsText(labels: Readonly<Record<string, ByteString>>): Labels {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join();
}

function escaped(value: ByteString): ByteString {
  if (!/["\\\n]/.test(value)) return value;
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
