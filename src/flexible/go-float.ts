// Floating point numbers as Go's strconv.FormatFloat writes them.

interface Digits {
  readonly negative: boolean;
  /** Decimal digits without a point; the first is not 0, unless the number is 0. */
  readonly digits: string;
  /** Where the point stands, counted from before the first digit. */
  readonly point: number;
}

/** `verb` is e, E, f, F, g or G; without a precision as many digits as tell the number apart. */
export function formatFloat(value: number, verb: string, precision?: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const upper = verb !== verb.toLowerCase();
  const text = formatLower(value, verb.toLowerCase(), precision);
  return upper ? text.toUpperCase() : text;
}

function formatLower(value: number, verb: string, precision: number | undefined): string {
  if (verb === "f") return asFixed(value, precision);
  if (verb === "e") return asExponent(digitsOf(value, precision === undefined ? undefined : precision + 1));
  const wanted = precision === 0 ? 1 : precision;
  const number = digitsOf(value, wanted);
  const trimmed = { ...number, digits: number.digits.replace(/(?<=.)0+$/, "") };
  const count = trimmed.digits.length;
  const narrowed = wanted !== undefined && wanted > count && count >= number.point;
  const limit = narrowed ? count : (wanted ?? SHORTEST_LIMIT);
  const exponent = number.point - 1;
  const small = value !== 0 && exponent < -4;
  return small || (value !== 0 && exponent >= limit) ? asExponent(trimmed) : plain(trimmed);
}

/** Without a precision Go writes an exponent from here up: 1e+06. */
const SHORTEST_LIMIT = 6;

function digitsOf(value: number, count: number | undefined): Digits {
  const size = Math.abs(value);
  // toExponential rounds halves of exact decimals up, Go rounds them to even.
  const text = count === undefined ? size.toExponential() : roundedTo(size, count);
  const [mantissa = "0", exponent = "0"] = text.split("e");
  const negative = value < 0 || Object.is(value, -0);
  return { negative, digits: mantissa.replace(".", ""), point: value === 0 ? 1 : Number(exponent) + 1 };
}

/** Correctly rounded digits, halves to even; `value` is not negative. */
function roundedTo(value: number, count: number): string {
  if (count <= 0 || value === 0) return value.toExponential(Math.max(0, count - 1));
  const exact = exactDigits(value);
  const kept = exact.digits.slice(0, count).padEnd(count, "0");
  const rest = exact.digits.slice(count);
  const half = /^50*$/.test(rest);
  const up = half ? Number(kept.at(-1)) % 2 === 1 : rest.charAt(0) >= "5";
  const rounded = up ? String(BigInt(kept) + 1n) : kept;
  const point = exact.point + (rounded.length - kept.length);
  return `${rounded.charAt(0)}.${rounded.slice(1)}e${point - 1}`;
}

/** All decimal digits of a double. */
function exactDigits(value: number): { readonly digits: string; readonly point: number } {
  const { fraction, exponent } = partsOf(value);
  if (exponent >= 0) {
    const digits = String(fraction << BigInt(exponent));
    return { digits, point: digits.length };
  }
  // fraction / 2^n = fraction * 5^n / 10^n
  const digits = String(fraction * 5n ** BigInt(-exponent));
  return { digits, point: digits.length + exponent };
}

function asFixed(value: number, precision: number | undefined): string {
  if (precision === undefined) return plain(digitsOf(value, undefined));
  const negative = value < 0 || Object.is(value, -0);
  if (value === 0) return sign(negative) + (precision > 0 ? `0.${"0".repeat(precision)}` : "0");
  const { digits, point } = exactDigits(Math.abs(value));
  const count = point + precision;
  const padded = count < 0 ? "0" : rounded(digits, count);
  const text = padded.padStart(precision + 1, "0");
  const cut = text.length - precision;
  return sign(negative) + text.slice(0, cut) + (precision > 0 ? `.${text.slice(cut)}` : "");
}

/** The first digits as a whole number, the rest rounded into them. */
function rounded(digits: string, count: number): string {
  const kept = digits.slice(0, count).padEnd(count, "0") || "0";
  const rest = digits.slice(count);
  const half = /^50*$/.test(rest);
  const up = half ? Number(kept.at(-1)) % 2 === 1 : rest.charAt(0) >= "5";
  return up ? String(BigInt(kept) + 1n) : kept;
}

function plain({ negative, digits, point }: Digits): string {
  if (point <= 0) return `${sign(negative)}0.${"0".repeat(-point)}${digits}`;
  const whole = digits.slice(0, point).padEnd(point, "0");
  const fraction = digits.slice(point);
  return sign(negative) + whole + (fraction === "" ? "" : `.${fraction}`);
}

function asExponent({ negative, digits, point }: Digits): string {
  const exponent = point - 1;
  const size = String(Math.abs(exponent)).padStart(2, "0");
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
  return `${sign(negative)}${digits.charAt(0)}${fraction}e${exponent < 0 ? "-" : "+"}${size}`;
}

function sign(negative: boolean): string {
  return negative ? "-" : "";
}

/** A double as `%x` (`0x1.8p+00`) or `%b` (`6755399441055744p-52`) writes it. */
export function formatBinary(value: number, verb: string): string {
  if (!Number.isFinite(value)) return formatFloat(value, "g");
  const { fraction, exponent } = partsOf(Math.abs(value));
  const minus = sign(value < 0 || Object.is(value, -0));
  if (verb === "b") return `${minus}${fraction}p${exponent < 0 ? "-" : "+"}${Math.abs(exponent)}`;
  const shift = fraction === 0n ? 0 : 53 - fraction.toString(2).length;
  const digits = (fraction << BigInt(shift))
    .toString(16)
    .padStart(14, "0")
    .replace(/(?<=.)0+$/, "");
  const power = fraction === 0n ? 0 : exponent - shift + 52;
  const size = String(Math.abs(power)).padStart(2, "0");
  const rest = digits.length > 1 ? `.${digits.slice(1)}` : "";
  const text = `${minus}0x${digits.charAt(0)}${rest}p${power < 0 ? "-" : "+"}${size}`;
  return verb === "X" ? text.toUpperCase() : text;
}

/** A double as fraction * 2^exponent; `value` is not negative. */
function partsOf(value: number): { readonly fraction: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = (bits & 0xfffffffffffffn) | (biased === 0 ? 0n : 1n << 52n);
  return { fraction, exponent: (biased === 0 ? 1 : biased) - 1075 };
}
