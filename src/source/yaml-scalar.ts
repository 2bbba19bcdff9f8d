// What a scalar of YAML stands for, where nothing says it: YAML 1.2 with leftovers of 1.1, as Go's
// reader has it, so that `yes` is a text and `0777` an octal number. [go-yaml v3 resolve.go]

/** What a scalar stands for. `special`: JSON has no such value; the text says what it is. */
export type Resolved =
  | { readonly kind: "null" }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "number"; readonly value: number; readonly lexeme: string }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "special"; readonly what: string };

const NULL = /^(?:~|null|Null|NULL|)$/;
const TRUE = /^(?:true|True|TRUE)$/;
const FALSE = /^(?:false|False|FALSE)$/;
const NOT_FINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const INTEGER = /^[-+]?(?:0[xX][\dA-Fa-f]+|0[bB][01]+|0[oO]?[0-7]*|[1-9]\d*)$/;
const DATE =
  /^\d{4}-\d\d?-\d\d?(?:(?:[Tt]|[ \t]+)\d\d?:\d\d?:\d\d?(?:\.\d+)?[ \t]*(?:Z|[-+]\d\d?(?::?\d\d)?)?)?$/;

/** Resolves a plain scalar. */
export function resolveScalar(text: string): Resolved {
  if (NULL.test(text)) return { kind: "null" };
  if (TRUE.test(text)) return { kind: "boolean", value: true };
  if (FALSE.test(text)) return { kind: "boolean", value: false };
  if (NOT_FINITE.test(text)) return { kind: "special", what: `\`${text}\` is not a finite number` };
  if (DATE.test(text)) return { kind: "special", what: `\`${text}\` is a date` };
  const value = numberOf(text);
  return value === undefined ? { kind: "string", value: text } : { kind: "number", value, lexeme: text };
}

/** Underscores between digits do not count. */
function numberOf(text: string): number | undefined {
  if (!/^[-+.\d]/.test(text)) return undefined;
  const plain = text.replaceAll("_", "");
  if (INTEGER.test(plain)) return integerOf(plain);
  return FLOAT.test(plain) && Number.isFinite(Number(plain)) ? Number(plain) : undefined;
}

function integerOf(plain: string): number {
  const digits = plain.replace(/^[-+]/, "").replace(/^0(?=[0-7])/, "0o");
  const absolute = Number(digits.replace(/^0[oO]$/, "0"));
  return plain.startsWith("-") ? -absolute : absolute;
}
