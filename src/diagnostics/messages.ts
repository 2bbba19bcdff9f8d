// Messages are data: code -> severity, sentence, hint, what KrakenD does, long text with examples.
import type { Span } from "../source/text.js";
import type { Code, Diagnostic, Severity } from "./diagnostic.js";

/** `{name}` in any of the texts stands for a variable of that name; braces around more than a word are text. */
export interface Message {
  readonly severity: Severity;
  readonly sentence: string;
  readonly hint?: string;
  readonly krakend?: string;
  /**
   * Set where KrakenD starts all the same, by dropping a feature or serving something else than
   * what was meant: `--compat krakend` turns the error into a warning and does what KrakenD does.
   * The text says what gwc does then.
   */
  readonly compat?: string;
  /** Set where KrakenD starts and gwc refuses all the same, with `--compat krakend` too; says why. */
  readonly always?: string;
  /** What the table of differences says of KrakenD where `krakend` is made of variables alone. */
  readonly table?: string;
  /** Long text for `gwc explain`: why it matters, with a bad and a good configuration. */
  readonly explain: string;
  readonly bad?: string;
  readonly good?: string;
}

export type Messages = Readonly<Record<Code, Message>>;

type VariablesIn<Text> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${string}${":" | " "}${string}` ? never : Name) | VariablesIn<Rest>
  : never;
type Variables<M extends Message> =
  | VariablesIn<M["sentence"]>
  | VariablesIn<M["hint"]>
  | VariablesIn<M["krakend"]>;
type Values<M extends Message> = Readonly<Record<Variables<M>, string | number>>;

export interface Catalogue<M extends Messages> {
  readonly messages: M;
  /** The diagnostic of a code at a place; a missing variable is a type error. */
  say<C extends keyof M & Code>(
    code: C,
    span: Span,
    ...values: Variables<M[C]> extends never ? [] : [Values<M[C]>]
  ): Diagnostic;
}

/** Declares the messages of one owner. Keys are the codes, `owner/rule`. */
export function defineMessages<const M extends Messages>(messages: M): Catalogue<M> {
  return {
    messages,
    say(code, span, ...values) {
      const message: Message = messages[code] as Message;
      const fill = (text: string): string =>
        fillIn(text, values[0] as Record<string, string | number> | undefined);
      return {
        code,
        severity: message.severity,
        message: fill(message.sentence),
        span,
        ...(message.hint === undefined ? {} : { hint: fill(message.hint) }),
        ...(message.krakend === undefined ? {} : { krakend: fill(message.krakend) }),
      };
    },
  };
}

function fillIn(text: string, values: Record<string, string | number> | undefined): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values?.[name] ?? whole));
}
