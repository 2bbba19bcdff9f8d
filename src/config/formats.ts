// A text in one of the three formats -> located tree. The format is a matter of the file's name alone.
// [krakend-koanf parser.go]
import type { Diagnostic, Outcome } from "../diagnostics/diagnostic.js";
import { breaksSyntax } from "../source/json-fault.js";
import type { Located } from "../source/located.js";
import { type JsonFault, parseJson } from "../source/parse-json.js";
import { parseToml } from "../source/parse-toml.js";
import { parseYaml } from "../source/parse-yaml.js";
import type { SourceText } from "../source/text.js";
import type { TextFault } from "../source/text-fault.js";
import { messages } from "./messages.js";

export type Format = "JSON" | "YAML" | "TOML";

/** `.yml` and `.yaml`, `.toml`, letter case included; everything else is JSON. */
export function formatOf(file: string): Format {
  if (/\.ya?ml$/.test(file)) return "YAML";
  return file.endsWith(".toml") ? "TOML" : "JSON";
}

/** Undefined where the text is not of its format, which was said. */
export function parseAs(format: Format, source: SourceText): Outcome<Located> {
  if (format === "JSON") {
    const { value, faults } = parseJson(source);
    const sound = !faults.some((fault) => breaksSyntax(fault.code));
    return { value: sound ? value : undefined, diagnostics: faults.map(sayJsonFault) };
  }
  const { value, faults } = format === "YAML" ? parseYaml(source) : parseToml(source);
  return { value, diagnostics: faults.map((fault) => sayTextFault(fault, format)) };
}

function sayTextFault(fault: TextFault, format: Format): Diagnostic {
  const { krakend: _, ...said } = sayText(fault, format);
  const { line } = fault.span.source.position(fault.span.start);
  const refuses = format === "YAML" ? `\`yaml: line ${line}: ...\`, and does not start` : "does not start";
  return { ...withExtras(said, fault), krakend: fault.code === "not-plain" ? "reads a date" : refuses };
}

function sayText(fault: TextFault, format: Format): Diagnostic {
  const values = { fault: fault.message, format };
  switch (fault.code) {
    case "syntax":
      return messages.say("config/syntax", fault.span, { fault: fault.message, go: "" });
    case "repeated-key":
      return messages.say("config/repeated-key", fault.span, values);
    case "not-plain":
      return messages.say("config/not-plain", fault.span, values);
  }
}

function sayJsonFault(fault: JsonFault): Diagnostic {
  return withExtras(sayJson(fault), fault);
}

function withExtras(said: Diagnostic, fault: Pick<JsonFault, "hint" | "related">): Diagnostic {
  return {
    ...said,
    ...(fault.hint === undefined ? {} : { hint: fault.hint }),
    ...(fault.related === undefined ? {} : { related: fault.related }),
  };
}

function sayJson(fault: JsonFault): Diagnostic {
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
