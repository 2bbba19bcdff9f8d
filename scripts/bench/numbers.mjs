// Small statistics for the bench.

/** Median, least and greatest of some numbers. */
export function spread(values) {
  const sorted = [...values].sort((first, second) => first - second);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return { median, least: sorted[0], greatest: sorted.at(-1) };
}

/**
 * How many times another figure one is; undefined where either is missing. Of figures that were taken in turn it is the
 * median over the turns: what slows the machine for a while slows both of a turn.
 */
export function timesOf(own, other) {
  if (own === undefined || other === undefined) return undefined;
  const isPaired = own.each !== undefined && own.each.length === other.each?.length;
  if (!isPaired) return own.median / other.median;
  return spread(own.each.map((value, turn) => value / other.each[turn])).median;
}

/** Figures that gateways are compared by: these are kept turn by turn. */
const COMPARED = ["requestsPerSecond", "cpuMicroseconds"];

/** The spread of each figure over samples that all have the same figures; those without a value are left out. */
export function spreads(samples) {
  const names = Object.keys(samples[0]).filter((name) => samples[0][name] !== undefined);
  return Object.fromEntries(
    names.map((name) => {
      const each = samples.map((sample) => sample[name]);
      return [name, COMPARED.includes(name) ? { ...spread(each), each } : spread(each)];
    }),
  );
}

/** "median (least-greatest)" with so many digits behind the point; "-" when there is nothing to show. */
export function show(figure, digits = 0) {
  if (figure === undefined) return "-";
  const [median, least, greatest] = [figure.median, figure.least, figure.greatest].map((value) =>
    value.toFixed(digits),
  );
  return least === greatest ? median : `${median} (${least}-${greatest})`;
}

/** The median with its digits, without the spread. */
export const middle = (figure, digits = 0) => (figure === undefined ? "-" : figure.median.toFixed(digits));
