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

const GROUP = /(\d+(?:\.\d*)?|\.\d+)([^\d.]*)/y;
/** Go counts nanoseconds in 64 bits. */
const MOST_NS = 2 ** 63;

/** Milliseconds, or Go's reason why the text is none. */
export function parseDuration(text: string): number | string {
  const unsigned = text.replace(/^[+-]/, "");
  if (unsigned === "0") return 0;
  let total = 0;
  let end = 0;
  GROUP.lastIndex = 0;
  for (
    let match = GROUP.exec(unsigned);
    match !== null && end < unsigned.length;
    match = GROUP.exec(unsigned)
  ) {
    const [, number = "", unit = ""] = match;
    if (unit === "") return "time: missing unit in duration";
    const factor = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
    if (factor === undefined) return "time: unknown unit";
    total += Number(number) * factor;
    end = GROUP.lastIndex;
  }
  if (end === 0 || end < unsigned.length) return "time: invalid duration";
  if (total * 1e6 >= MOST_NS) return "time: invalid duration";
  const whole = wholeNanoseconds(total);
  return text.startsWith("-") ? -whole : whole;
}

/** What is below a nanosecond does not count. */
export function wholeNanoseconds(ms: number): number {
  return Math.abs(ms) < 1e-6 ? 0 : ms;
}

/** `1500` -> `1.5s`: how documents and comments show milliseconds. */
export function durationText(ms: number): string {
  if (ms !== 0 && ms % 60_000 === 0) return `${ms / 60_000}m`;
  return Math.abs(ms) >= 1000 ? `${ms / 1000}s` : `${ms}ms`;
}
