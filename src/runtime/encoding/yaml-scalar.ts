// Texts as YAML scalars: which are quoted, and how. [goccy/go-yaml token.IsNeedQuoted, ast.StringNode]
import type { ByteString } from "../bytes.js";
import { fromUtf8, utf8 } from "../json/text.js";

const WORDS = new Set(
  [
    "null Null NULL ~ true True TRUE false False FALSE",
    "y Y yes Yes YES n N no No NO on On ON off Off OFF",
  ].flatMap((line) => line.split(" ")),
);
const INDICATORS = "*&[{}],!|>%'\"@ `";
const DECIMAL = /^-?\d+$/;
const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * A text as a scalar: plain, between double quotes, or as a block of lines. `pad` stands before each
 * line of a block; in a list an empty line has none.
 */
export function yamlText(bytes: ByteString, pad: string, inList: boolean): ByteString {
  if (needsQuotes(bytes)) return goQuote(bytes);
  const lineBreak = lineBreakOf(bytes);
  return bytes.includes(lineBreak) ? block(bytes, lineBreak, pad, inList) : bytes;
}

/** Quirk: `1e3`, `.inf`, `---` and `? x` stay plain, though a reader of YAML takes them for more. */
function needsQuotes(text: ByteString): boolean {
  if (text === "" || text === "-" || WORDS.has(text)) return true;
  if (INDICATORS.includes(text[0]!) || /[: ]$/.test(text)) return true;
  return /[#\\]|[:-] /.test(text) || isNumber(text) || isTime(text);
}

function isNumber(text: ByteString): boolean {
  if (!/^[+-]*[\d._]/.test(text) || text.startsWith("_")) return false;
  const dots = text.split(".", 3).length - 1;
  if (dots > 1) return false;
  const digits = text.replace(/^\+/, "").replace(/^-/, "").replaceAll("_", "");
  const signed = text.startsWith("-") ? `-${digits}` : digits;
  if (digits.startsWith("0x")) return /^0x[\da-fA-F]+$/.test(digits);
  if (digits.startsWith("0o")) return /^0o[0-7]+$/.test(digits);
  if (digits.startsWith("0b")) return /^0b[01]+$/.test(digits);
  if (dots === 1) return FLOAT.test(signed);
  return digits.startsWith("0") && digits.length > 1 ? /^[0-7]+$/.test(digits) : DECIMAL.test(signed);
}

const TIME = /^(\d\d?):(\d\d?)$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:(?:([Tt ])(\d\d?):(\d\d):(\d\d)(?:[.,]\d+)?)(Z|[+-]\d\d:\d\d)?)?$/;

/** A date, a date and time, or hours and minutes [Go time.Parse]. */
function isTime(text: ByteString): boolean {
  const clock = TIME.exec(text);
  if (clock !== null) return Number(clock[1]) < 24 && Number(clock[2]) < 60;
  const [, year, month, day, between, hour, minute, second, zone] = DATE.exec(text) ?? [];
  if (year === undefined || !isDay(Number(year), Number(month), Number(day))) return false;
  if (between === undefined) return true;
  if ((between === " ") === (zone !== undefined)) return false;
  return Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60 && isZone(zone);
}

function isDay(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(2000, month, 0)).getUTCDate()
    ? day < 29 || month !== 2 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0))
    : false;
}

function isZone(zone: string | undefined): boolean {
  if (zone === undefined || zone === "Z") return true;
  return Number(zone.slice(1, 3)) <= 24 && Number(zone.slice(4)) < 60;
}

function lineBreakOf(text: ByteString): string {
  const feeds = text.split("\n").length;
  const returns = text.split("\r").length;
  const both = text.split("\r\n").length;
  if (feeds === both && returns === both) return "\r\n";
  return returns > feeds ? "\r" : "\n";
}

/** Quirk: of the blanks at the very end as many go as the block is indented. */
function block(text: ByteString, lineBreak: string, pad: string, inList: boolean): string {
  const header = text.endsWith(lineBreak + lineBreak) ? "|+" : text.endsWith(lineBreak) ? "|" : "|-";
  const padded = text.split(lineBreak).map((line) => pad + line);
  const body = withoutEnd(withoutEnd(padded.join(lineBreak), lineBreak + pad), pad);
  if (!inList) return header + lineBreak + body;
  const lines = body.split(lineBreak).map((line) => (line === pad ? "" : line));
  return [header, ...lines].join(lineBreak);
}

function withoutEnd(text: string, end: string): string {
  return text.endsWith(end) ? text.slice(0, text.length - end.length) : text;
}

const SHORT = new Map([
  ["\x07", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\v", "\\v"],
  ['"', '\\"'],
  ["\\", "\\\\"],
]);

/** Between double quotes; what cannot be seen is escaped [Go strconv.Quote]. */
function goQuote(bytes: ByteString): ByteString {
  const text = fromUtf8(bytes).replace(/["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, escapeOne);
  return `"${utf8(text)}"`;
}

function escapeOne(found: string): string {
  const short = SHORT.get(found);
  if (short !== undefined) return short;
  const point = found.codePointAt(0)!;
  const [prefix, width] = point < 0x20 || point === 0x7f ? ["x", 2] : point < 0x10000 ? ["u", 4] : ["U", 8];
  return `\\${prefix}${point.toString(16).padStart(width as number, "0")}`;
}
