// Go's duration text, for what is read when the gateway starts [Go time.ParseDuration].

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

const DURATION = /^([+-]?)(0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)$/;
const GROUP = /(\d+(?:\.\d*)?|\.\d+)([a-z\u00b5\u03bc]+)/g;
/** Go counts nanoseconds in 64 bits. */
const MOST_NS = 2 ** 63;

/** Milliseconds; undefined where the text is no duration. */
export function parseDuration(text: string): number | undefined {
  const [, sign, body] = DURATION.exec(text) ?? [];
  if (body === undefined) return undefined;
  let total = 0;
  for (const [, number, unit = ""] of body.matchAll(GROUP)) total += Number(number) * UNITS[unit]!;
  if (total * 1e6 >= MOST_NS) return undefined;
  return sign === "-" ? -total : total;
}
