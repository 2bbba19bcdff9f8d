// Strings in Go's syntax: written by strconv.Quote, read by strconv.Unquote.

const SHORT: Readonly<Record<string, string>> = {
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  '"': '\\"',
};

/** With `raw` in backquotes if the text can stand in them; with `ascii` without letters beyond ASCII. */
export function goQuote(text: string, raw = false, ascii = false): string {
  if (raw && !/[`\u0000-\u0008\u000a-\u001f\u007f\ufeff]/.test(text)) return `\`${text}\``;
  return `"${[...text].map((each) => quotedCharacter(each, ascii)).join("")}"`;
}

function quotedCharacter(character: string, ascii: boolean): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  const printable = character === " " || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character);
  if (printable && (!ascii || code < 0x80)) return character;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code > 0xffff
    ? `\\U${code.toString(16).padStart(8, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
}

const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([abfnrtv\\"']))|(\\)/g;
const LETTERS: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** The text of what stands between two quotes; undefined if an escape is none of Go's. */
export function goUnquote(inside: string, quote: '"' | "'"): string | undefined {
  const bytes: Buffer[] = [];
  let at = 0;
  for (const match of inside.matchAll(ESCAPE)) {
    const [whole, hex, short, long, octal, letter, wrong] = match;
    if (wrong !== undefined || letter === (quote === '"' ? "'" : '"')) return undefined;
    bytes.push(Buffer.from(inside.slice(at, match.index)));
    at = match.index + whole.length;
    if (letter !== undefined) bytes.push(Buffer.from(LETTERS[letter] ?? letter));
    else if (hex !== undefined) bytes.push(Buffer.from([Number.parseInt(hex, 16)]));
    else if (octal !== undefined) {
      const byte = Number.parseInt(octal, 8);
      if (byte > 255) return undefined;
      bytes.push(Buffer.from([byte]));
    } else {
      const code = Number.parseInt(short ?? long ?? "", 16);
      if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return undefined;
      bytes.push(Buffer.from(String.fromCodePoint(code)));
    }
  }
  bytes.push(Buffer.from(inside.slice(at)));
  return Buffer.concat(bytes).toString();
}
