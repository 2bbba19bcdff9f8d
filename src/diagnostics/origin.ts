// What is said of a text that templates wrote, said of the templates.
import { type Caller, RenderedText } from "../source/rendered.js";
import type { Span } from "../source/text.js";
import type { Diagnostic } from "./diagnostic.js";

type Related = NonNullable<Diagnostic["related"]>;

/** How many calls are told, from the innermost on. */
const MOST_CALLS = 5;

/** The diagnostic at the place that somebody wrote, with the rendered line, the value of the settings and the calls beside it. */
export function atOrigin(diagnostic: Diagnostic): Diagnostic {
  const related = diagnostic.related?.map((each) => ({ ...each, span: originOf(each.span) }));
  const { source, start, end } = diagnostic.span;
  const origin = source instanceof RenderedText ? source.origin(start, end) : undefined;
  if (origin === undefined) return related === undefined ? diagnostic : { ...diagnostic, related };
  const rendered: Related = [{ span: diagnostic.span, note: "as it was rendered" }];
  const value: Related = origin.value === undefined ? [] : [{ span: origin.value, note: "the value" }];
  const all = [...(related ?? []), ...rendered, ...value, ...callsTo(origin.caller)];
  return { ...diagnostic, span: origin.span, related: all };
}

/** Where the text of a span was written. */
export function originOf(span: Span): Span {
  const { source, start, end } = span;
  return (source instanceof RenderedText ? source.origin(start, end)?.span : undefined) ?? span;
}

/** The calls through which a template was reached, innermost first. */
export function callsTo(caller: Caller | undefined): Related {
  const calls: { readonly span: Span; readonly note: string }[] = [];
  for (let each = caller; each !== undefined && calls.length < MOST_CALLS; each = each.caller)
    calls.push({ span: each.span, note: "called here" });
  return calls;
}
