// The only way to make code: a tagged template in which spliced Code is code and all else becomes a literal.
import { Late } from "../config/late.js";

/**
 * What a template may hold. Strings, numbers and plain data become literals, a late value the constant
 * that holds it when the gateway has started; only Code is code.
 */
export type CodeValue = Code | Late | string | number | boolean | null | undefined | readonly CodeValue[];

/** Where a path starts with this, the rest is counted from the root of the generated program. */
export const ROOT = "~/";

/** The module of the values that the gateway makes when it starts. */
export const ENVIRONMENT: Reference = {
  from: `${ROOT}environment.js`,
  name: "* as environment",
  typeOnly: false,
};

/** A name that another module exports; printing the module that uses it adds the import. */
export interface Reference {
  readonly from: string;
  readonly name: string;
  readonly typeOnly: boolean;
}

/** A piece of TypeScript that knows which imports it needs. */
export class Code {
  readonly parts: readonly (string | Reference)[];

  constructor(parts: readonly (string | Reference)[]) {
    this.parts = joined(parts);
  }

  /** The text, where `local` says under which name each reference is imported. */
  toText(local: (reference: Reference) => string): string {
    return this.parts.map((part) => (typeof part === "string" ? part : local(part))).join("");
  }

  get references(): readonly Reference[] {
    return this.parts.filter((part) => typeof part !== "string");
  }
}

/** Neighbouring texts as one: pieces are spliced into pieces many times over. */
function joined(parts: readonly (string | Reference)[]): readonly (string | Reference)[] {
  const result: (string | Reference)[] = [];
  let text = "";
  for (const part of parts) {
    if (typeof part === "string") {
      text += part;
      continue;
    }
    if (text !== "") result.push(text);
    text = "";
    result.push(part);
  }
  if (text !== "") result.push(text);
  return result;
}

/**
 * Makes code. Text of the template is code as it stands; a spliced Code is code; a list is its items
 * separated by a comma; every other value becomes a literal, so text of a configuration can never
 * become code.
 */
export function code(strings: TemplateStringsArray, ...values: readonly CodeValue[]): Code {
  const parts: (string | Reference)[] = [strings[0] ?? ""];
  values.forEach((value, index) => {
    parts.push(...partsOf(value), strings[index + 1] ?? "");
  });
  return new Code(parts);
}

function partsOf(value: CodeValue): readonly (string | Reference)[] {
  if (value instanceof Code) return value.parts;
  if (value instanceof Late) return lateCode(value.name).parts;
  if (Array.isArray(value))
    return join(
      value.map((item: CodeValue) => code`${item}`),
      ", ",
    ).parts;
  return [literal(value as Exclude<CodeValue, Code | Late | readonly CodeValue[]>)];
}

/** The literal of a value: U+2028 and U+2029 escaped, `-0` and non-finite numbers refused. */
export function literal(value: string | number | boolean | null | undefined): string {
  if (value === undefined) return "undefined";
  if (typeof value === "number" && !Number.isFinite(value)) throw new Error(`no literal for ${value}`);
  return escapeSeparators(JSON.stringify(value));
}

/** The constant that holds a late value when the gateway has started. */
function lateCode(name: string): Code {
  return new Code([ENVIRONMENT, `.${name}`]);
}

/**
 * Byte strings print with `\xNN`: what they hold beyond ASCII is bytes, not characters. A late value,
 * also as a mark within the string, is its constant.
 */
export function byteLiteral(value: string | Late): Code {
  if (value instanceof Late) return lateCode(value.name);
  if (value.includes("\u0100")) {
    const pieces = value.split(/\u0100(\w+)\u0101/);
    return template(pieces.map((piece, index) => (index % 2 === 0 ? piece : lateCode(piece))));
  }
  // Text of JSON reads better without a backslash before each quote.
  if (value.includes('"')) return code`\`${templateText(value)}\``;
  return quotedBytes(value);
}

function quotedBytes(value: string): Code {
  const escaped = JSON.stringify(value).replace(
    /[\x7f-\xff]/g,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return new Code([escapeSeparators(escaped)]);
}

function escapeSeparators(text: string): string {
  return text.replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

/** Joins pieces with code between them. */
export function join(pieces: readonly Code[], separator: string): Code {
  return new Code(
    pieces.flatMap((piece, index) => (index === 0 ? piece.parts : [separator, ...piece.parts])),
  );
}

/** Statements or blocks, one below the other. */
export function lines(pieces: readonly Code[]): Code {
  return join(pieces, "\n");
}

/** Indents every line of a piece; literals never hold a raw line end, so this is safe. */
export function indent(piece: Code): Code {
  let atLineStart = true;
  const indented = piece.parts.map((part) => {
    if (typeof part !== "string") {
      const start = atLineStart;
      atLineStart = false;
      return start ? ["  ", part] : [part];
    }
    const text = part.replace(/^(?=[^\n])/, atLineStart ? "  " : "").replace(/\n(?=[^\n])/g, "\n  ");
    if (part !== "") atLineStart = part.endsWith("\n");
    return [text];
  });
  return new Code(indented.flat());
}

/** `{`, the indented statements, `}` after a head such as `if (x)`. */
export function block(head: Code, body: readonly Code[]): Code {
  return code`${head} {\n${indent(lines(body))}\n}`;
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** An identifier that `names.ts` made. Refuses anything that is not one. */
export function identifier(name: string): Code {
  if (!IDENTIFIER.test(name)) throw new Error(`not an identifier: ${JSON.stringify(name)}`);
  return new Code([name]);
}

/** Text inside a comment of the generated program: kept on one line, unable to end the comment. */
export function commentText(text: string): string {
  return text.replace(/[\x00-\x1f\x7f\u2028\u2029]/g, " ").replaceAll("*/", "*\\/");
}

/** A comment to the end of the line. */
export function comment(text: string): Code {
  return new Code([`// ${commentText(text)}`]);
}

/**
 * A template literal: texts and expressions in turn, the texts escaped. One text alone becomes a
 * string literal. Texts are byte strings.
 */
export function template(pieces: readonly (string | Code)[]): Code {
  const merged = mergeTexts(pieces);
  if (merged.every((piece) => typeof piece === "string")) return byteLiteral(merged.join(""));
  const parts = merged.map((piece) => (typeof piece === "string" ? templateText(piece) : code`\${${piece}}`));
  return code`\`${join(parts, "")}\``;
}

function mergeTexts(pieces: readonly (string | Code)[]): readonly (string | Code)[] {
  const merged: (string | Code)[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (typeof piece === "string" && typeof last === "string") merged[merged.length - 1] = last + piece;
    else merged.push(piece);
  }
  return merged;
}

function templateText(text: string): Code {
  const inner = quotedBytes(text).parts.join("").slice(1, -1);
  return new Code([inner.replaceAll('\\"', '"').replaceAll("`", "\\`").replaceAll("${", "\\${")]);
}

/** A name exported by a module of the generated program or of the runtime. */
export function ref(from: string, name: string, typeOnly = false): Code {
  return new Code([{ from, name, typeOnly }]);
}

/** A type exported by a module; imported with `import type`. */
export function typeRef(from: string, name: string): Code {
  return ref(from, name, true);
}

/**
 * The exports of a runtime module as Code, checked against its types without loading it:
 * `runtimeOf<typeof import("./runtime.js")>("gwc/rate-limit").TokenBucket`.
 */
export function runtimeOf<Exports>(from: string): { readonly [Name in keyof Exports]: Code } {
  return new Proxy({} as { readonly [Name in keyof Exports]: Code }, {
    get: (_target, name) => ref(from, String(name)),
  });
}

/** The shared runtime: what emitted code may import from `gwc/runtime`. */
export const runtime: { readonly [Name in keyof typeof import("../runtime/index.js")]: Code } =
  runtimeOf<typeof import("../runtime/index.js")>("gwc/runtime");

/** A type of the shared runtime. */
export function runtimeType(
  name: "Exchange" | "SharedBody" | "Members" | "Keyed" | "Call" | "JsonReader" | "Outcome" | "MethodTrees",
): Code {
  return typeRef("gwc/runtime", name);
}
