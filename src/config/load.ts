// File -> located tree: the only part of the front end that touches the outside.
import { readFileSync } from "node:fs";
import type { Diagnostic, Outcome } from "../diagnostics/diagnostic.js";
import { breaksSyntax } from "../source/json-fault.js";
import type { Located, LocatedObject, Member } from "../source/located.js";
import { type JsonFault, parseJson } from "../source/parse-json.js";
import { SourceText } from "../source/text.js";
import { messages } from "./messages.js";

export interface Loaded {
  readonly source: SourceText;
  readonly tree: LocatedObject;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads and parses a configuration, with the overrides of `KRAKEND_*` variables on top. */
export function load(file: string, environment: Environment): Outcome<Loaded> {
  const text = readText(file);
  if (typeof text !== "string") {
    const span = new SourceText(file, "").span(0);
    return {
      value: undefined,
      diagnostics: [messages.say("config/unreadable", span, { file, reason: text.reason })],
    };
  }
  if (environment.FC_ENABLE) {
    const span = new SourceText("FC_ENABLE", environment.FC_ENABLE).span(0);
    return { value: undefined, diagnostics: [messages.say("config/not-yet-environment", span)] };
  }
  const format = /\.ya?ml$/.test(file) ? "YAML" : file.endsWith(".toml") ? "TOML" : undefined;
  if (format !== undefined) {
    const span = new SourceText(file, "").span(0);
    return { value: undefined, diagnostics: [messages.say("config/not-yet-format", span, { format })] };
  }
  return parse(new SourceText(file, text), environment);
}

/** The same for a text that is there already. */
export function parse(source: SourceText, environment: Environment): Outcome<Loaded> {
  const { value, faults } = parseJson(source);
  const diagnostics = faults.map(faultDiagnostic);
  const sound = !faults.some((fault) => breaksSyntax(fault.code));
  if (!sound) return { value: undefined, diagnostics };
  if (value?.kind === "object")
    return { value: { source, tree: withEnvironment(value, environment) }, diagnostics };
  if (value?.kind === "null") {
    // Quirk: `null` counts as an empty object [krakend-koanf parser.go].
    const empty: LocatedObject = { kind: "object", span: source.span(0), members: [] };
    return { value: { source, tree: withEnvironment(empty, environment) }, diagnostics };
  }
  if (value !== undefined) diagnostics.push(notAnObject(value));
  return { value: undefined, diagnostics };
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

function faultDiagnostic(fault: JsonFault): Diagnostic {
  const said = sayFault(fault);
  return {
    ...said,
    ...(fault.hint === undefined ? {} : { hint: fault.hint }),
    ...(fault.related === undefined ? {} : { related: fault.related }),
  };
}

function sayFault(fault: JsonFault): Diagnostic {
  if (fault.code === "duplicate-key")
    return messages.say("config/duplicate-key", fault.span, { key: keyOf(fault) });
  if (fault.code === "lone-surrogate") return messages.say("config/lone-surrogate", fault.span);
  const { krakend: _, ...said } = messages.say("config/syntax", fault.span, { fault: fault.message, go: "" });
  return fault.go === undefined ? said : { ...said, krakend: `\`${fault.go}\`` };
}

function keyOf(fault: JsonFault): string {
  const { source, start, end } = fault.span;
  const text = source.text.slice(start, end);
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
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

/** `KRAKEND_PORT=8080` sets the root key `port`; a dot in the name nests [krakend-koanf parser.go]. */
function withEnvironment(tree: LocatedObject, environment: Environment): LocatedObject {
  const names = Object.keys(environment)
    .filter((name) => /^KRAKEND_./.test(name))
    .sort();
  return names.reduce((node, name) => {
    const value = environment[name] ?? "";
    const source = new SourceText(name, value);
    const path = name.slice("KRAKEND_".length).toLowerCase().split(".");
    return override(node, path, { kind: "string", span: source.span(0, value.length), value });
  }, tree);
}

function override(node: LocatedObject, path: readonly string[], value: Located): LocatedObject {
  const [key = "", ...rest] = path;
  const inner = node.members.findLast((each) => each.key === key)?.value;
  const empty: LocatedObject = { kind: "object", span: value.span, members: [] };
  const next = rest.length === 0 ? value : override(inner?.kind === "object" ? inner : empty, rest, value);
  const member: Member = { key, keySpan: value.span, value: next };
  return { ...node, members: [...node.members.filter((each) => each.key !== key), member] };
}
