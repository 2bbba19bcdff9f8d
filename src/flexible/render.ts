// Flexible configuration: a file with templates -> the configuration it stands for, where every part
// knows the template that wrote it [krakend-flexibleconfig template.go].
import { writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { Diagnostic, Outcome } from "../diagnostics/diagnostic.js";
import { hasErrors } from "../diagnostics/diagnostic.js";
import type { Messages } from "../diagnostics/messages.js";
import { callsTo } from "../diagnostics/origin.js";
import { member } from "../source/located.js";
import type { Caller, RenderedText } from "../source/rendered.js";
import { closest } from "../source/suggest.js";
import { SourceText, type Span } from "../source/text.js";
import { execute, RunFault } from "./evaluate.js";
import type { Absence } from "./expressions.js";
import { TemplateFault } from "./fault.js";
import { functionsOf } from "./functions/all.js";
import type { FunctionTable } from "./functions/kit.js";
import type { Places } from "./go-json.js";
import { messages } from "./messages.js";
import type { Template } from "./nodes.js";
import { isEmpty, parseTemplates } from "./parser.js";
import { Partials, readSettings, readTemplates } from "./settings.js";
import type { GoMap } from "./values.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** A text to parse; the name's extension says in which format it is. */
export interface Configuration {
  readonly source: SourceText;
  readonly formatBy: string;
}

/**
 * The text that a configuration's file stands for. Without FC_ENABLE it is the file's own. With
 * `compat` a file whose templates are at fault stands for itself, as in KrakenD.
 */
export function render(
  source: SourceText,
  environment: Environment,
  compat: boolean,
): Outcome<Configuration> {
  const raw: Configuration = { source, formatBy: source.name };
  if (!environment.FC_ENABLE) return { value: raw, diagnostics: [] };
  const renderer = new Renderer(source, environment);
  const rendered = renderer.render();
  const { diagnostics } = renderer;
  if (hasErrors(diagnostics) && !(compat && renderer.isTolerable)) return { value: undefined, diagnostics };
  if (rendered === undefined) return { value: raw, diagnostics };
  // Quirk: without FC_OUT the result is read as JSON, whatever the file's own extension.
  return { value: { source: rendered, formatBy: environment.FC_OUT || "rendered.json" }, diagnostics };
}

class Renderer {
  readonly diagnostics: Diagnostic[] = [];
  readonly #source: SourceText;
  readonly #environment: Environment;
  readonly #partials: Partials;
  readonly #functions: FunctionTable;
  readonly #templates = new Map<string, Template>();
  readonly #places: Places = new WeakMap();
  #included: SourceText | undefined;
  /** The place of the command that runs, for what a function has to say. */
  #includes: { readonly path: string; readonly reason: string }[] = [];

  constructor(source: SourceText, environment: Environment) {
    this.#source = source;
    this.#environment = environment;
    this.#partials = new Partials(environment.FC_PARTIALS);
    this.#functions = functionsOf({ environment, include: (path) => this.#include(path) });
  }

  /** Whether KrakenD starts with all that was found. */
  get isTolerable(): boolean {
    return this.diagnostics.every(({ code, severity }) => {
      const all: Messages = messages.messages;
      return severity !== "error" || all[code]?.compat !== undefined;
    });
  }

  render(): RenderedText | undefined {
    this.#checkSwitch();
    const report = (diagnostic: Diagnostic): void => void this.diagnostics.push(diagnostic);
    const settings = readSettings(this.#environment.FC_SETTINGS, this.#places, report);
    const templates = readTemplates(this.#environment.FC_TEMPLATES, report);
    if (settings === undefined || templates === undefined) return undefined;
    const sound = [this.#source, ...templates].map((each) => this.#parse(each));
    if (sound.includes(false)) return undefined;
    const rendered = this.#execute(settings);
    if (rendered !== undefined) this.#writeOut(rendered.text);
    return rendered;
  }

  #checkSwitch(): void {
    const value = this.#environment.FC_ENABLE ?? "";
    if (/^(?:0|f|false|no|off)$/i.test(value)) {
      const span = new SourceText("FC_ENABLE", value).span(0, value.length);
      this.diagnostics.push(messages.say("flexible/enabled", span, { value }));
    }
  }

  /** Adds the templates of a text; whether they are sound. */
  #parse(source: SourceText): boolean {
    const before = this.diagnostics.length;
    const context = {
      hasFunction: (name: string) => Object.hasOwn(this.#functions, name),
      functionNames: Object.keys(this.#functions),
      report: (fault: TemplateFault) => this.#fault("flexible/syntax", fault, undefined),
    };
    try {
      for (const template of parseTemplates(basename(source.name), source, context)) {
        // Quirk: an empty template does not take the place of one of the same name [Go text/template].
        if (!this.#templates.has(template.name) || !isEmpty(template))
          this.#templates.set(template.name, template);
      }
    } catch (fault) {
      if (!(fault instanceof TemplateFault)) throw fault;
      this.#fault("flexible/syntax", fault, undefined);
    }
    return this.diagnostics.length === before;
  }

  #execute(settings: GoMap): RenderedText | undefined {
    const name = this.#environment.FC_OUT || `${this.#source.name} (rendered)`;
    try {
      return execute(this.#templates.get(basename(this.#source.name))!, settings, name, {
        templates: this.#templates,
        functions: this.#functions,
        absent: (absence) => this.#absent(absence),
        included: () => this.#included,
        placeOf: (object, key) => member(this.#places.get(object), key)?.value.span,
        called: (span, caller) => this.#called(span, caller),
      });
    } catch (fault) {
      if (!(fault instanceof RunFault)) throw fault;
      this.#fault("flexible/failed", fault.fault, fault.caller);
      return undefined;
    }
  }

  #include(path: string): string {
    const partial = this.#partials.get(path);
    this.#included = partial instanceof SourceText ? partial : undefined;
    if (partial instanceof SourceText) return partial.text;
    this.#includes.push({ path, reason: partial.reason });
    return "";
  }

  /** After each call of a function: says which partials it did not find. */
  #called(span: Span, caller: Caller | undefined): void {
    for (const { path, reason } of this.#includes) {
      const folder = this.#environment.FC_PARTIALS || ".";
      const said = messages.say("flexible/partial", span, { path, reason, folder });
      const near = closest(path, this.#partials.names());
      const hint = near === undefined ? {} : { hint: `did you mean \`${near}\`?` };
      this.diagnostics.push(withCallers({ ...said, ...hint }, caller));
    }
    this.#includes = [];
  }

  #fault(
    code: "flexible/syntax" | "flexible/failed",
    fault: TemplateFault,
    caller: Caller | undefined,
  ): void {
    const { span } = fault;
    const text = span.source.text.slice(span.start, span.end);
    const said = sayFault(code, fault, text);
    const near = fault.kind === "template" ? this.#nearTemplate(text.slice(1, -1)) : fault.hint;
    this.diagnostics.push(withCallers(near === undefined ? said : { ...said, hint: near }, caller));
  }

  #nearTemplate(name: string): string | undefined {
    const near = closest(name, [...this.#templates.keys()]);
    return near === undefined ? undefined : `did you mean \`${near}\`?`;
  }

  #absent({ span, caller, need, missing, isNull }: Absence): void {
    const name =
      missing === undefined ? span.source.text.slice(span.start, span.end) : chainTo(span, missing.name.span);
    const code = codeOf(need, isNull);
    const said = messages.say(code, missing?.name.span ?? span, { name });
    const hint = missing === undefined ? undefined : hintFor(missing);
    this.diagnostics.push(withCallers(hint === undefined ? said : { ...said, hint }, caller));
  }

  #writeOut(text: string): void {
    const file = this.#environment.FC_OUT;
    if (!file) return;
    const say = (reason: string): void => {
      const span = new SourceText("FC_OUT", file).span(0, file.length);
      this.diagnostics.push(messages.say("flexible/out", span, { file, reason }));
    };
    if (resolve(file) === resolve(this.#source.name)) {
      say("it is the configuration itself");
      return;
    }
    try {
      writeFileSync(file, text);
    } catch (fault) {
      say((fault as Error).message);
    }
  }
}

function sayFault(
  code: "flexible/syntax" | "flexible/failed",
  fault: TemplateFault,
  text: string,
): Diagnostic {
  const { span, kind, message } = fault;
  switch (kind) {
    case "function":
      return messages.say("flexible/no-function", span, { name: text });
    case "variable":
      return messages.say("flexible/no-variable", span, { name: /\$\w*/.exec(message)?.[0] ?? text });
    case "template":
      return messages.say("flexible/no-template", span, { name: text.slice(1, -1) });
    case "unsupported":
      return messages.say("flexible/unsupported", span, {
        name: /\w+/.exec(text)?.[0] ?? text,
        reason: message,
      });
    default:
      return messages.say(code, span, { fault: message });
  }
}

function codeOf(need: Absence["need"], isNull: boolean) {
  if (need === "range") return "flexible/undefined-range" as const;
  if (need === "use") return "flexible/undefined-argument" as const;
  return isNull ? ("flexible/null" as const) : ("flexible/undefined" as const);
}

/** What was written up to a name that was not found: `.urls.apu`. */
function chainTo(span: Span, name: Span): string {
  const before = span.source.text.slice(span.start, name.end);
  return /[$\w]*(?:\.[\p{L}\p{Nd}_]+)+$/u.exec(before)?.[0] ?? before;
}

function hintFor({ name, among, atRoot }: NonNullable<Absence["missing"]>): string | undefined {
  const near = closest(name.text, among);
  if (near !== undefined) return `did you mean \`${near}\`?`;
  if (!atRoot) return undefined;
  const known =
    among.length === 0
      ? "FC_SETTINGS names no file"
      : `there is ${among.map((each) => `\`.${each}\``).join(", ")}`;
  return `a file \`${name.text}.json\` of FC_SETTINGS defines it; ${known}`;
}

/** Adds the calls through which a template was reached. */
function withCallers(diagnostic: Diagnostic, caller: Caller | undefined): Diagnostic {
  const related = callsTo(caller);
  return related.length === 0
    ? diagnostic
    : { ...diagnostic, related: [...(diagnostic.related ?? []), ...related] };
}

/** Faults of syntax where a file holds templates that nobody rendered, with that as their hint. */
export function suggestRendering(
  diagnostics: readonly Diagnostic[],
  environment: Environment,
): readonly Diagnostic[] {
  if (environment.FC_ENABLE) return diagnostics;
  return diagnostics.map((each) => {
    const { source, start } = each.span;
    const isTemplate =
      each.code === "config/syntax" && source.line(source.position(start).line).includes("{{");
    return isTemplate
      ? { ...each, hint: "this is a template: set FC_ENABLE=1, FC_SETTINGS and so on to render it" }
      : each;
  });
}
