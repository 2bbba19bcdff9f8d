// The bytes JSON gives a meaning to, and the tables that class all 256 of them.

export const LAST_CONTROL = 0x1f;
export const LAST_SPACE = 0x20;
export const QUOTE = 0x22;
export const PLUS = 0x2b;
export const COMMA = 0x2c;
export const MINUS = 0x2d;
export const DOT = 0x2e;
export const ZERO = 0x30;
export const NINE = 0x39;
export const COLON = 0x3a;
export const OPEN_BRACKET = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_BRACKET = 0x5d;
export const LOWER_E = 0x65;
export const LOWER_F = 0x66;
export const LOWER_N = 0x6e;
export const LOWER_T = 0x74;
export const LOWER_U = 0x75;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;

/** Go's bound on nested arrays and objects [encoding/json maxNestingDepth]. */
export const MAX_DEPTH = 10_000;

/** 1 for the four bytes of JSON white space. */
export const SPACE = marking(" \t\r\n");

/** 1 for what may stand after a backslash, `u` aside. */
export const ESCAPED = marking('"\\/bfnrt');

/** 1 where a walk through a string that is dropped must stop and look: its end, escapes, controls. */
export const SKIP_STOPS = marking('"\\').fill(1, 0, 0x20);

/** The same for a string that is kept: also what Go's encoder escapes, and what may be broken UTF-8. */
export const KEEP_STOPS = marking('"\\<>&').fill(1, 0, 0x20).fill(1, 0x80);

/** The value of each hexadecimal digit, 16 for every other byte. */
export const HEX_VALUES = hexValues();

function marking(members: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const member of members) table[member.charCodeAt(0)] = 1;
  return table;
}

function hexValues(): Uint8Array {
  const values = new Uint8Array(256).fill(16);
  for (let value = 0; value < 16; value++) {
    const digit = value.toString(16);
    values[digit.charCodeAt(0)] = value;
    values[digit.toUpperCase().charCodeAt(0)] = value;
  }
  return values;
}
