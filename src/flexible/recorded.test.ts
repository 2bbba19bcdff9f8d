// Replays what Go's text/template and sprig printed.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SourceText } from "../source/text.js";
import { execute, RunFault } from "./evaluate.js";
import { TemplateFault } from "./fault.js";
import { functionsOf } from "./functions/all.js";
import { fromJson } from "./go-json.js";
import type { Template } from "./nodes.js";
import { isEmpty, parseTemplates } from "./parser.js";

const folder = join(import.meta.dirname, "../../fixtures/flexible");

interface Recorded {
  readonly data: unknown;
  readonly templates?: Readonly<Record<string, string>>;
  readonly includes?: Readonly<Record<string, string>>;
  /** `ours` is what gwc says where its words differ from Go's `fault`. */
  readonly cases: readonly {
    readonly template: string;
    readonly out?: string;
    readonly fault?: string;
    readonly ours?: string;
  }[];
}

const environment = { FC_WORD: "hello" };

function run(text: string, recorded: Recorded): { readonly out: string } | { readonly fault: string } {
  const includes = recorded.includes ?? {};
  const functions = functionsOf({ environment, include: (path) => includes[path] ?? "" });
  const templates = new Map<string, Template>();
  const context = {
    hasFunction: (name: string) => Object.hasOwn(functions, name),
    functionNames: [],
    report: (fault: TemplateFault) => {
      throw fault;
    },
  };
  const host = {
    templates,
    functions,
    absent: () => {},
    included: () => undefined,
    placeOf: () => undefined,
    called: () => {},
  };
  try {
    for (const [name, each] of [...Object.entries(recorded.templates ?? {}), ["root", text] as const])
      for (const template of parseTemplates(name, new SourceText(name, each), context))
        if (!templates.has(template.name) || !isEmpty(template)) templates.set(template.name, template);
    const data = fromJson(JSON.stringify(recorded.data));
    return { out: execute(templates.get("root")!, data, "rendered", host).text };
  } catch (fault) {
    if (fault instanceof TemplateFault || fault instanceof RunFault) return { fault: fault.message };
    throw fault;
  }
}

describe.each(readdirSync(folder).filter((name) => name.endsWith(".json")))("%s", (file) => {
  const recorded = JSON.parse(readFileSync(join(folder, file), "utf8")) as Recorded;
  it.each(recorded.cases.map((each) => [each.template, each] as const))("%s", (template, {
    out,
    fault,
    ours,
  }) => {
    expect(run(template, recorded)).toEqual(out === undefined ? { fault: ours ?? fault } : { out });
  });
});
