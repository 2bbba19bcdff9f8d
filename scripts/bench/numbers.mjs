// Small statistics for the bench.

/** Median, least and greatest of some numbers. */
export function spread(values) {
  const sorted = [...values].sort((first, second) => first - second);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return { median, least: sorted[0], greatest: sorted.at(-1) };
}

/** "median (least-greatest)" with so many digits behind the point; "-" when there is nothing to show. */
export function show(figure, digits = 0) {
  if (figure === undefined) return "-";
  const [median, least, greatest] = [figure.median, figure.least, figure.greatest].map((value) =>
    value.toFixed(digits),
  );
  return least === greatest ? median : `${median} (${least}-${greatest})`;
}
