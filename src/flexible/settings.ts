// The files that FC_SETTINGS, FC_TEMPLATES and FC_PARTIALS name.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { breaksSyntax } from "../source/json-fault.js";
import { parseJson } from "../source/parse-json.js";
import { SourceText } from "../source/text.js";
import { fromLocated, type Places } from "./go-json.js";
import { messages } from "./messages.js";
import { byBytes, GoMap, type GoValue } from "./values.js";

type Report = (diagnostic: Diagnostic) => void;

/** `settings/urls.json` under the name `urls`; undefined where a file or the folder is at fault. */
export function readSettings(folder: string | undefined, places: Places, report: Report): GoMap | undefined {
  if (!folder) return new GoMap();
  const files = filesOf("FC_SETTINGS", folder, ".json", report);
  if (files === undefined) return undefined;
  const entries = files.map((file) => [basename(file, ".json"), readObject(file, places, report)] as const);
  if (entries.some(([, value]) => value === undefined)) return undefined;
  return new GoMap(entries as readonly (readonly [string, GoValue])[]);
}

function readObject(file: string, places: Places, report: Report): GoValue | undefined {
  const source = readText(file, report);
  if (source === undefined) return undefined;
  const { value, faults } = parseJson(source);
  const broken = faults.filter((fault) => breaksSyntax(fault.code));
  for (const { span, message, hint } of broken) {
    const said = messages.say("flexible/settings-syntax", span, { fault: message });
    report(hint === undefined ? said : { ...said, hint });
  }
  if (broken.length > 0 || value === undefined) return undefined;
  // Quirk: `null` is an object without members [krakend-flexibleconfig template.go, Go encoding/json].
  if (value.kind === "null") return new GoMap();
  if (value.kind === "object") return fromLocated(value, places);
  report(messages.say("flexible/settings-not-an-object", value.span));
  return undefined;
}

/** The files of FC_TEMPLATES in the order in which KrakenD reads them. */
export function readTemplates(folder: string | undefined, report: Report): readonly SourceText[] | undefined {
  if (!folder) return [];
  const files = filesOf("FC_TEMPLATES", folder, ".tmpl", report);
  if (files === undefined) return undefined;
  const sources = files.map((file) => readText(file, report));
  return sources.every((each) => each !== undefined) ? sources : undefined;
}

function filesOf(
  variable: string,
  folder: string,
  extension: string,
  report: Report,
): readonly string[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.name.endsWith(extension) && !entry.isDirectory())
      .map((entry) => join(folder, entry.name))
      .sort(byBytes);
  } catch (fault) {
    const span = new SourceText(variable, folder).span(0, folder.length);
    report(messages.say("flexible/folder", span, { variable, folder, reason: reasonOf(fault) }));
    return undefined;
  }
}

function readText(file: string, report: Report): SourceText | undefined {
  try {
    return new SourceText(file, readFileSync(file, "utf8"));
  } catch (fault) {
    report(
      messages.say("flexible/unreadable", new SourceText(file, "").span(0), {
        file,
        reason: reasonOf(fault),
      }),
    );
    return undefined;
  }
}

/** Partials: read when an `include` asks for them, each once. */
export class Partials {
  readonly #folder: string;
  readonly #read = new Map<string, SourceText | { readonly reason: string }>();

  constructor(folder: string | undefined) {
    this.#folder = folder ?? "";
  }

  get(path: string): SourceText | { readonly reason: string } {
    const file = join(this.#folder, path);
    const known = this.#read.get(file);
    if (known !== undefined) return known;
    let found: SourceText | { readonly reason: string };
    try {
      found = new SourceText(file, readFileSync(file, "utf8"));
    } catch (fault) {
      found = { reason: reasonOf(fault) };
    }
    this.#read.set(file, found);
    return found;
  }

  /** Names of what is there, for did-you-mean. */
  names(): readonly string[] {
    try {
      const all = readdirSync(this.#folder || ".", { withFileTypes: true, recursive: true });
      return all
        .filter((each) => each.isFile())
        .map((each) => join(each.parentPath, each.name).slice(join(this.#folder, "/").length));
    } catch {
      return [];
    }
  }
}

function reasonOf(fault: unknown): string {
  const { code, message } = fault as NodeJS.ErrnoException;
  if (code === "ENOENT") return "no such file or directory";
  if (code === "ENOTDIR") return "not a directory";
  if (code === "EISDIR") return "it is a directory";
  return code === "EACCES" ? "permission denied" : (code ?? message);
}
