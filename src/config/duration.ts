// Go's duration text [Go time.ParseDuration].

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  "\u00b5s": 1e-3,
  "\u03bcs": 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const WHOLE = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)[^\d.]*)+$/;
const GROUP = /(\d+\.?\d*|\.\d+)([^\d.]*)/g;

/** Milliseconds, or Go's reason why the text is none. */
export function parseDuration(text: string): number | string {
  if (/^[+-]?0$/.test(text)) return 0;
  if (!WHOLE.test(text)) return "time: invalid duration";
  let total = 0;
  for (const [, number = "", unit = ""] of text.matchAll(GROUP)) {
    if (unit === "") return "time: missing unit in duration";
    const factor = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
    if (factor === undefined) return "time: unknown unit";
    total += Number(number) * factor;
  }
  // Go counts nanoseconds in 64 bits.
  if (total > Number(2n ** 63n - 1n) / 1e6) return "time: invalid duration";
  return text.startsWith("-") ? -total : total;
}

/** `1500` -> `1.5s`: how documents and comments show milliseconds. */
export function durationText(ms: number): string {
  if (ms !== 0 && ms % 60_000 === 0) return `${ms / 60_000}m`;
  return Math.abs(ms) >= 1000 ? `${ms / 1000}s` : `${ms}ms`;
}
