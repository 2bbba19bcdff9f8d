// File -> located tree: the only part of the front end that touches the outside.
import { readFileSync } from "node:fs";
import type { Diagnostic, Outcome } from "../diagnostics/diagnostic.js";
import { render, suggestRendering } from "../flexible/render.js";
import type { Located, LocatedObject } from "../source/located.js";
import { SourceText } from "../source/text.js";
import { type Environment, override } from "./environment.js";
import { type Format, formatOf, parseAs } from "./formats.js";
import { messages } from "./messages.js";

export type { Environment } from "./environment.js";

export interface Loaded {
  readonly source: SourceText;
  readonly tree: LocatedObject;
}

/** Reads and parses a configuration, with the overrides of `KRAKEND_*` variables on top. */
export function load(file: string, environment: Environment, compat = false): Outcome<Loaded> {
  const text = readText(file);
  if (typeof text !== "string") {
    const span = new SourceText(file, "").span(0);
    return {
      value: undefined,
      diagnostics: [messages.say("config/unreadable", span, { file, reason: text.reason })],
    };
  }
  const rendered = render(new SourceText(file, text), environment, compat);
  if (rendered.value === undefined) return { value: undefined, diagnostics: rendered.diagnostics };
  const { source, formatBy } = rendered.value;
  const { value, diagnostics } = parse(source, environment, formatOf(formatBy));
  return { value, diagnostics: [...rendered.diagnostics, ...suggestRendering(diagnostics, environment)] };
}

/** The same for a text that is there already. */
export function parse(
  source: SourceText,
  environment: Environment,
  format: Format = "JSON",
): Outcome<Loaded> {
  const { value, diagnostics } = parseAs(format, source);
  if (value === undefined) return { value: undefined, diagnostics };
  const root = rootOf(value);
  if (root === undefined) return { value: undefined, diagnostics: [...diagnostics, notAnObject(value)] };
  const { tree, diagnostics: more } = override(root, environment);
  return { value: { source, tree }, diagnostics: [...diagnostics, ...more] };
}

/** Quirk: `null`, and YAML without any value, count as an empty object [krakend-koanf parser.go]. */
function rootOf(value: Located): LocatedObject | undefined {
  if (value.kind === "null") return { kind: "object", span: value.span.source.span(0), members: [] };
  return value.kind === "object" ? value : undefined;
}

function readText(file: string): string | { readonly reason: string } {
  try {
    return readFileSync(file, "utf8");
  } catch (fault) {
    return { reason: reasonOf((fault as NodeJS.ErrnoException).code) };
  }
}

function reasonOf(code: string | undefined): string {
  switch (code) {
    case "ENOENT":
      return "no such file or directory";
    case "EISDIR":
      return "it is a directory";
    case "EACCES":
      return "permission denied";
    case "ENOTDIR":
      return "not a directory";
    case "ENAMETOOLONG":
      return "file name too long";
    case "ELOOP":
      return "too many levels of symbolic links";
    default:
      return code ?? "unknown fault";
  }
}

function notAnObject(value: Located): Diagnostic {
  const kinds = {
    array: "array",
    string: "string",
    number: "number",
    boolean: "bool",
    null: "null",
    object: "object",
  };
  const kind = {
    array: "a list",
    string: "a text",
    number: "a number",
    boolean: "true or false",
    null: "null",
    object: "",
  };
  const go = `json: cannot unmarshal ${kinds[value.kind]} into Go value of type map[string]interface {}`;
  return messages.say("config/not-an-object", value.span, { kind: kind[value.kind], go });
}
