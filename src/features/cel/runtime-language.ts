// CEL at run time: cel-go's functions where those of the library differ. What an expression calls was
// settled by the compiler (`rewrite.ts`).
import { Environment } from "@marcbachmann/cel-js";
import { goFloat } from "../../runtime/go-number.js";
import { utf8 } from "../../runtime/json/text.js";
import type { RegularExpression } from "../../runtime/regular.js";
import { partOf, rfc3339, type TimePart, timeOf } from "./runtime-time.js";

/** Patterns that are remembered; more are compiled anew each time, since they may come from clients. */
const MOST_PATTERNS = 100;
const MAX_INT = 2n ** 63n;

const VARIABLES = {
  req_method: "string",
  req_path: "string",
  req_params: "map<string, string>",
  req_headers: "map<string, list<string>>",
  req_querystring: "map<string, list<string>>",
  resp_completed: "bool",
  resp_metadata_status: "int",
  resp_metadata_headers: "map<string, list<string>>",
  resp_data: "map<string, dyn>",
  JWT: "map<string, dyn>",
  now: "string",
};

const TIMESTAMP = "google.protobuf.Timestamp";
const DURATION = "google.protobuf.Duration";

/** Reads patterns; absent where no expression matches one, since it is large. */
export type Patterns = new (pattern: string) => RegularExpression;

/** What expressions may name. */
export function language(Pattern?: Patterns): Environment {
  const environment = new Environment({ homogeneousAggregateLiterals: false });
  for (const [name, type] of Object.entries(VARIABLES)) environment.registerVariable(name, type);
  if (Pattern !== undefined) {
    const matches = matcher(Pattern);
    environment
      .registerFunction("matches(string, string): bool", matches)
      .registerFunction("string.goMatches(string): bool", matches);
  }
  environment
    .registerFunction("int(uint): int", fromUnsigned)
    .registerFunction(`int(${TIMESTAMP}): int`, (time: Date) => BigInt(Math.floor(time.getTime() / 1000)))
    .registerFunction(`string(${TIMESTAMP}): string`, (time: Date) => rfc3339(time))
    .registerFunction(`string(${DURATION}): string`, durationText)
    .registerFunction(`timestamp(${TIMESTAMP}): ${TIMESTAMP}`, (time: Date) => time)
    .registerFunction(`duration(${DURATION}): ${DURATION}`, (duration: unknown) => duration)
    .registerFunction("goInt(dyn): dyn", wholeNumber)
    .registerFunction("goUint(dyn): dyn", unsignedNumber)
    .registerFunction("goDouble(dyn): dyn", floatingNumber)
    .registerFunction("goBool(dyn): dyn", truth)
    .registerFunction("goString(dyn): dyn", plainText)
    .registerFunction("goTimestamp(dyn): dyn", timeOf)
    .registerFunction("goDuration(dyn): dyn", durationOf);
  for (const part of Object.keys(partOf) as TimePart[])
    environment.registerFunction(`${TIMESTAMP}.goGet${part}(string): int`, (time: Date, zone: string) =>
      partOf[part](time, zone),
    );
  return environment.registerFunction(`${TIMESTAMP}.goGetDayOfYear(): int`, (time: Date) =>
    partOf.DayOfYear(time, "UTC"),
  );
}

/** [cel-go common/types/string.go Match] */
function matcher(Pattern: Patterns): (text: string, pattern: string) => boolean {
  const compiled = new Map<string, RegularExpression>();
  return (text, pattern) => {
    const expression = compiled.get(pattern) ?? new Pattern(pattern);
    if (compiled.size < MOST_PATTERNS) compiled.set(pattern, expression);
    return expression.matches(utf8(text));
  };
}

/** Refuses what is no whole number to Go; the library takes an empty text for 0 [Go strconv.ParseInt]. */
function wholeNumber(value: unknown): unknown {
  if (typeof value === "string" && !/^[+-]?\d+$/.test(value)) throw new Error("not a whole number");
  if (typeof value === "number") {
    const whole = Number.isFinite(value) ? BigInt(Math.trunc(value)) : MAX_INT;
    if (whole >= MAX_INT || whole <= -MAX_INT) throw new Error("integer overflow");
  }
  return value;
}

function fromUnsigned({ value }: { readonly value: bigint }): bigint {
  if (value >= MAX_INT) throw new Error("integer overflow");
  return value;
}

function unsignedNumber(value: unknown): unknown {
  if (typeof value === "number" && value < 0) throw new Error("integer overflow");
  if (typeof value === "string" && !/^\d+$/.test(value)) throw new Error("not a whole number");
  return value;
}

const FLOAT = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|infinity|nan)$/i;

/** [Go strconv.ParseFloat] */
function floatingNumber(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const isWord = /n/i.test(value);
  if (!FLOAT.test(value) || (!isWord && !Number.isFinite(Number(value)))) throw new Error("not a number");
  return value;
}

/** [Go strconv.ParseBool] */
function truth(value: unknown): unknown {
  return value === "T" ? "true" : value === "F" ? "false" : value;
}

/** Doubles as Go prints them; the library prints them as JavaScript does. */
function plainText(value: unknown): unknown {
  return typeof value === "number" ? goFloat(value) : value;
}

const DURATION_TEXT = /^[-+]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)$/;
const MOST_HOURS = 2_562_047;

/** Refuses what is none to Go; the library takes `.s` and any length [Go time.ParseDuration]. */
function durationOf(value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (!DURATION_TEXT.test(value)) throw new Error("not a duration");
  if (Number.parseFloat(/([\d.]+)h/.exec(value)?.[1] ?? "0") > MOST_HOURS)
    throw new Error("duration overflow");
  return /^[-+]?0$/.test(value) ? "0s" : value;
}

/** Seconds, as `string(duration)` has them. [cel-go common/types/duration.go] */
function durationText(duration: { readonly seconds: bigint; readonly nanos: number }): string {
  const nanos = duration.seconds * 1_000_000_000n + BigInt(duration.nanos);
  const size = nanos < 0n ? -nanos : nanos;
  const fraction = (size % 1_000_000_000n).toString().padStart(9, "0").replace(/0+$/, "");
  const whole = `${size / 1_000_000_000n}${fraction === "" ? "" : `.${fraction}`}s`;
  return nanos < 0n ? `-${whole}` : whole;
}
