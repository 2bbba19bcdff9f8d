// What all layers of a gateway report to.
import { observeUpTo, type Row } from "../../runtime/series.js";
import { type Options, Reporter } from "./runtime-report.js";

export let options: Options;
export let reporter: Reporter;

/** Before the first request. */
export function begin(given: Options): void {
  options = given;
  reporter = new Reporter(given);
}

export function inSeconds(ms: number): number {
  return ms / 1000;
}

/** Adds a value to a row of a histogram. */
export function observe(which: number, row: Row, value: number): void {
  observeUpTo(row, reporter.instruments[which]!.bounds!, value);
}
