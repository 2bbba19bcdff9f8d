// Loose conversions, as sprig takes them from spf13/cast: what cannot be converted is zero.
import { show } from "../format.js";
import { parseGoFloat, parseGoInteger } from "../number-constant.js";
import { GoInt, GoList, type GoValue, type Maybe } from "../values.js";

/** The whole number that a value stands for; fractions are cut off. */
export function toInt64(value: Maybe): bigint {
  if (value instanceof GoInt) return value.type.startsWith("time.") ? 0n : BigInt.asIntN(64, value.value);
  if (typeof value === "number")
    return Number.isFinite(value) ? BigInt.asIntN(64, BigInt(Math.trunc(value))) : 0n;
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value !== "string") return 0n;
  const whole = parseGoInteger(value);
  return whole === undefined || BigInt.asIntN(64, whole) !== whole ? 0n : whole;
}

export function toFloat64(value: Maybe): number {
  if (value instanceof GoInt) return value.type.startsWith("time.") ? 0 : Number(value.value);
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "string" ? (parseGoFloat(value) ?? 0) : 0;
}

/** The text of a value; lists of bytes are text. */
export function toText(value: GoValue): string {
  if (typeof value === "string") return value;
  if (value instanceof GoList && value.element === "uint8")
    return Buffer.from(value.items.map((each) => Number((each as GoInt).value))).toString();
  return show(value);
}

/** The texts of a list's items without null; of another value its own. */
export function toTexts(value: GoValue): readonly string[] {
  if (value === null) return [];
  if (value instanceof GoList) return value.items.filter((each) => each !== null).map(toText);
  return [toText(value)];
}
