// A page of Prometheus' text format, read by a parser that is not ours.
import { createRequire } from "node:module";

type Labels = Readonly<Record<string, string>>;

interface Parsed {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly metrics: readonly { readonly value?: string; readonly labels?: Labels }[];
}

export interface Metric {
  readonly labels: Labels;
  /** Of a counter or gauge. */
  value?: string;
  /** Of a histogram, by upper bound. */
  buckets?: Record<string, string>;
  sum?: string;
  count?: string;
}

export interface ParsedFamily {
  readonly help: string;
  readonly type: string;
  readonly metrics: Metric[];
}

const parse = createRequire(import.meta.url)("parse-prometheus-text-format") as (text: string) => Parsed[];

/**
 * The families by name. The parser drops the labels of histograms, so it reads the samples without
 * their types, and they are put together here.
 */
export function parsePage(page: string): ReadonlyMap<string, ParsedFamily> {
  // An empty help is legal, but the parser does not take it.
  const text = page.replace(/^# HELP \S+ \n/gm, "");
  const families = new Map<string, ParsedFamily>(
    parse(text).map(({ name, help, type }) => [name, { help, type, metrics: [] }]),
  );
  for (const { name, metrics } of parse(text.replace(/^# TYPE.*\n/gm, ""))) {
    const base = name.replace(/_(?:bucket|sum|count)$/, "");
    const part = name.slice(base.length + 1);
    const histogram = families.get(base)?.type === "HISTOGRAM" ? families.get(base) : undefined;
    const family = histogram ?? families.get(name);
    for (const { value = "", labels = {} } of metrics) {
      const { le, ...rest } = labels;
      if (histogram === undefined) family?.metrics.push({ labels, value });
      else addPart(metricOf(histogram, rest), part, le, value);
    }
  }
  return families;
}

function metricOf({ metrics }: ParsedFamily, labels: Labels): Metric {
  const key = JSON.stringify(labels);
  const known = metrics.find((each) => JSON.stringify(each.labels) === key);
  if (known !== undefined) return known;
  const made: Metric = { labels, buckets: {} };
  metrics.push(made);
  return made;
}

function addPart(metric: Metric, part: string, le: string | undefined, value: string): void {
  if (part === "sum") metric.sum = value;
  else if (part === "count") metric.count = value;
  else metric.buckets = { ...metric.buckets, [le ?? ""]: value };
}

/** The values of a counter or gauge by their labels, `a=1,b=2`. */
export function valuesOf(family: ParsedFamily | undefined): Readonly<Record<string, number>> {
  const entries = family?.metrics.map(({ labels, value }) => {
    const key = Object.entries(labels).map(([name, each]) => `${name}=${each}`);
    return [key.join(), Number(value)] as const;
  });
  return Object.fromEntries(entries ?? []);
}
