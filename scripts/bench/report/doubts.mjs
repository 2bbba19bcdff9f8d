// Why figures should not be trusted. Pure.
const MOST_OTHERS_PERCENT = 5;
const MOST_LATE_MS = 1;

/** What speaks against a row, in words. */
export function doubts({ label, gateway, figures }) {
  const others = figures.othersPercent?.median ?? 0;
  const late = figures.generatorLate?.median ?? 0;
  const isAlone = !["shared", "threads"].includes(gateway);
  return [
    isAlone &&
      others > MOST_OTHERS_PERCENT &&
      `others took ${others.toFixed(0)} % of the gateway's core while ${label} was measured`,
    late > MOST_LATE_MS &&
      `the load generator itself was ${late.toFixed(1)} ms late at p99 while ${label} was measured`,
  ].filter(Boolean);
}
