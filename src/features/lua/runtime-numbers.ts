// Numbers of Lua 5.1, which are doubles all: fengari speaks Lua 5.3, whose whole numbers are a type of
// their own, in fengari of 32 bits. Its parts call each other through the object that is changed here.
import { lobject, lstring, lua } from "./runtime-fengari.js";

const { luaO_str2num: readNumber, luaO_pushvfstring: pushText } = lobject;

const PERCENT = 0x25;
const F = 0x66;
const LAST_EXACT = 2 ** 53;

/** From now on numbers are doubles. */
export function useDoubles(): void {
  lobject.luaO_str2num = (text, into) => {
    const size = readNumber(text, into);
    if (size > 0 && into.ttisinteger()) into.setfltvalue(doubleOf(text, into.value as number));
    return size;
  };
  lobject.luaO_tostring = (L, value) => {
    value.setsvalue(lstring.luaS_bless(L, Buffer.from(numberText(value.value as number))));
  };
  // `tostring` of a number takes this way.
  lobject.luaO_pushvfstring = (L, format, args) => {
    const isNumber = format.length === 2 && format[0] === PERCENT && format[1] === F;
    if (!isNumber) return pushText(L, format, args);
    const text = Buffer.from(numberText(args[0] as number));
    lua.lua_pushstring(L, text);
    return text;
  };
}

/** Hexadecimal digits beyond 32 bits are lost in fengari's whole numbers. */
function doubleOf(text: Uint8Array, value: number): number {
  const written = Buffer.from(text).toString("latin1").replace(/\0.*$/s, "").trim();
  const size = Number(written.replace(/^[+-]/, ""));
  if (Number.isNaN(size)) return value;
  return written.startsWith("-") ? -size : size;
}

/** [gopher-lua value.go LNumber.String; Go fmt %v] */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (Number.isInteger(value) && Math.abs(value) < LAST_EXACT) return String(value === 0 ? 0 : value);
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e21) return String(value);
  const [digits, exponent = "0"] = value.toExponential().split("e");
  const power = Number(exponent);
  return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}
