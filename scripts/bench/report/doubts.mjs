// Why figures should not be trusted. Pure.
const MOST_OTHERS_PERCENT = 5;
const MOST_LATE_MS = 1;
/** Two threads that do less than three quarters of what two cores can do were hardly in each other's way. */
const LEAST_BUSY_PERCENT = 150;

/** What speaks against a row, in words. */
export function doubts({ label, gateway, figures }) {
  const others = figures.othersPercent?.median ?? 0;
  const late = figures.generatorLate?.median ?? 0;
  const isAlone = !["shared", "threads"].includes(gateway);
  return [
    isAlone &&
      others > MOST_OTHERS_PERCENT &&
      `others took ${others.toFixed(0)} % of the gateway's core while ${label} was measured`,
    gateway === "threads" &&
      figures.busyPercent?.median < LEAST_BUSY_PERCENT &&
      `two threads were busy for ${figures.busyPercent.median.toFixed(0)} % of one core only, which is little of two`,
    late > MOST_LATE_MS &&
      `the load generator itself was ${late.toFixed(1)} ms late at p99 while ${label} was measured`,
  ].filter(Boolean);
}
