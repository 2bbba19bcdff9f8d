// Numbers [sprig numeric.go, shopspring/decimal].
import { randomInt } from "node:crypto";
import { show } from "../format.js";
import { GoError, GoList, type GoValue, int, int64 } from "../values.js";
import { toFloat64, toInt64 } from "./casts.js";
import { type FunctionTable, go, goMany, named } from "./kit.js";

export const numbers: FunctionTable = {
  atoi: go(["string"], (text) => int(/^[+-]?\d+$/.test(text) ? inRange(BigInt(text.replace("+", ""))) : 0n)),
  int: go(["any"], (value) => int(toInt64(value))),
  int64: go(["any"], (value) => int64(toInt64(value))),
  float64: go(["any"], toFloat64),
  toDecimal: go(["any"], (value) => int64(fromOctal(show(value)))),
  add1: go(["any"], (value) => int64(toInt64(value) + 1n)),
  add: goMany([], "any", (...values) => int64(values.reduce<bigint>((sum, each) => sum + toInt64(each), 0n))),
  sub: go(["any", "any"], (a, b) => int64(toInt64(a) - toInt64(b))),
  div: go(["any", "any"], (a, b) => int64(toInt64(a) / divisor(b))),
  mod: go(["any", "any"], (a, b) => int64(toInt64(a) % divisor(b))),
  mul: goMany(["any"], "any", (first, ...rest) =>
    int64(rest.reduce<bigint>((all, each) => all * toInt64(each), toInt64(first))),
  ),
  ...named(
    "max biggest",
    goMany(["any"], "any", (first, ...rest) =>
      int64(rest.map(toInt64).reduce((a, b) => (b > a ? b : a), toInt64(first))),
    ),
  ),
  min: goMany(["any"], "any", (first, ...rest) =>
    int64(rest.map(toInt64).reduce((a, b) => (b < a ? b : a), toInt64(first))),
  ),
  maxf: goMany(["any"], "any", (...values) => Math.max(...values.map(toFloat64))),
  minf: goMany(["any"], "any", (...values) => Math.min(...values.map(toFloat64))),
  add1f: go(["any"], (value) => exact([value, 1], sum)),
  addf: goMany([], "any", (...values) => exact([0, ...values], sum)),
  subf: goMany(["any"], "any", (...values) => exact(values, (a, b) => sum(a, { ...b, digits: -b.digits }))),
  mulf: goMany(["any"], "any", (...values) => exact(values, product)),
  divf: goMany(["any"], "any", (...values) => exact(values, quotient)),
  floor: go(["any"], (value) => Math.floor(toFloat64(value))),
  ceil: go(["any"], (value) => Math.ceil(toFloat64(value))),
  round: goMany(["any", "int"], "float64", (value, places, from = 0.5) =>
    round(toFloat64(value), places, from),
  ),
  randInt: go(["int", "int"], (low, high) => {
    if (high <= low) throw new GoError("invalid argument to Intn");
    return int(randomInt(low, high));
  }),
  until: go(["int"], (count) => integers(steps(0, count, count < 0 ? -1 : 1))),
  untilStep: go(["int", "int", "int"], (start, stop, step) => integers(steps(start, stop, step))),
  seq: goMany([], "int", (...values) => sequence(values).join(" ")),
};

function inRange(value: bigint): bigint {
  const limit = 1n << 63n;
  return value >= limit ? limit - 1n : value < -limit ? -limit : value;
}

/** Quirk: the digits of any value are read as octal; what is not octal is zero. */
function fromOctal(text: string): bigint {
  const match = /^([+-]?)([0-7]+)$/.exec(text);
  if (match === null) return 0n;
  const size = BigInt(`0o${match[2]}`);
  return inRange(match[1] === "-" ? -size : size);
}

function divisor(value: GoValue): bigint {
  const by = toInt64(value);
  if (by === 0n) throw new GoError("runtime error: integer divide by zero");
  return by;
}

/** Rounds up from a fraction of `from` on, also for numbers below zero [sprig numeric.go round]. */
function round(value: number, places: number, from: number): number {
  const power = 10 ** places;
  const scaled = value * power;
  const fraction = scaled - Math.trunc(scaled);
  return (fraction >= from ? Math.ceil(scaled) : Math.floor(scaled)) / power;
}

const MOST = 10_000_000;

function steps(start: number, stop: number, step: number): readonly number[] {
  const values: number[] = [];
  if (step === 0 || stop < start !== step < 0) return values;
  for (let at = start; step > 0 ? at < stop : at > stop; at += step) {
    if (values.length >= MOST) throw new GoError(`more than ${MOST} numbers`);
    values.push(at);
  }
  return values;
}

function integers(values: readonly number[]): GoList {
  return new GoList(values.map(int), "int");
}

/** `seq 3`, `seq 2 5`, `seq 0 2 10`: first, step and last as the command of that name takes them. */
function sequence(values: readonly number[]): readonly number[] {
  const [a = 0, b = 0, c = 0] = values;
  if (values.length === 1) return steps(1, a + (a < 1 ? -1 : 1), a < 1 ? -1 : 1);
  if (values.length === 2) return steps(a, b + (b < a ? -1 : 1), b < a ? -1 : 1);
  if (values.length !== 3 || (c < a && b > 0)) return [];
  return steps(a, c + (c < a ? -1 : 1), b);
}

/** A decimal number: digits * 10^-places. */
interface Decimal {
  readonly digits: bigint;
  readonly places: number;
}

/** Calculates in decimals, so that 0.1 + 0.2 is 0.3. */
function exact(values: readonly GoValue[], step: (a: Decimal, b: Decimal) => Decimal): number {
  const result = values.map((each) => decimalOf(toFloat64(each))).reduce(step);
  return Number(`${result.digits}e${-result.places}`);
}

function decimalOf(value: number): Decimal {
  if (!Number.isFinite(value)) throw new GoError(`Cannot create a Decimal from ${show(value)}`);
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  const places = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return places >= 0 ? { digits, places } : { digits: digits * 10n ** BigInt(-places), places: 0 };
}

function sum(a: Decimal, b: Decimal): Decimal {
  const places = Math.max(a.places, b.places);
  const scaled = ({ digits, places: own }: Decimal): bigint => digits * 10n ** BigInt(places - own);
  return { digits: scaled(a) + scaled(b), places };
}

function product(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, places: a.places + b.places };
}

/** Sixteen places, the last one rounded away from zero. */
function quotient(a: Decimal, b: Decimal): Decimal {
  if (b.digits === 0n) throw new GoError("decimal division by 0");
  const places = 16;
  const shift = places - a.places + b.places;
  const dividend = shift >= 0 ? a.digits * 10n ** BigInt(shift) : a.digits;
  const by = shift >= 0 ? b.digits : b.digits * 10n ** BigInt(-shift);
  const whole = dividend / by;
  const rest = dividend % by;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  const negative = dividend < 0n !== by < 0n;
  const up = twice >= (by < 0n ? -by : by) ? (negative ? -1n : 1n) : 0n;
  return { digits: whole + up, places };
}
