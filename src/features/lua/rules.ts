// What can be wrong with scripts.
import type { Report } from "../../diagnostics/diagnostic.js";
import { at, type Located } from "../../source/located.js";
import type { Site } from "../kit.js";
import { messages } from "./messages.js";
import { type Config, readSource, scriptsOf, wrongSums } from "./plan.js";
import { faultOf } from "./syntax.js";

export function check(config: Config, site: Site, report: Report): void {
  const spanOf = (key: string): Located["span"] => at(site.block, key)?.span ?? site.keySpan;
  checkFiles(config, site, report);
  if (config.live === true) report(messages.say("lua/live", spanOf("live")));
  for (const { text, name, key } of scriptsOf(config)) {
    const reason = faultOf(text, name);
    if (reason !== undefined)
      report(messages.say("lua/syntax", spanOf(key), { reason: Buffer.from(reason, "latin1").toString() }));
    for (const missing of missingIn(text, config.allow_open_libs === true))
      report(messages.say("lua/not-offered", spanOf(key), { name: missing }));
  }
}

function checkFiles(config: Config, site: Site, report: Report): void {
  const { sources = [] } = config;
  const list = at(site.block, "sources");
  for (const [index, path] of sources.entries()) {
    const span = (list?.kind === "array" ? list.items[index] : undefined)?.span ?? site.keySpan;
    if (readSource(path) === undefined) report(messages.say("lua/no-source", span, { path }));
  }
  for (const path of wrongSums(config)) {
    const span = at(at(site.block, "md5"), path)?.span ?? site.keySpan;
    report(messages.say("lua/wrong-sum", span, { path }));
  }
}

const ASIDE = /--\[(=*)\[.*?\]\1\]|--[^\n]*|\[(=*)\[.*?\]\2\]|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/gs;
const CALLS = /(?<![.:\w])(require|dofile|loadfile|module|setfenv|getfenv|newproxy|collectgarbage)\b/g;
const LIBRARIES = /(?<![.:\w])(os|io|debug|coroutine|package|channel)\s*[.[]/g;

/** Names that KrakenD's scripts have and these have not, as far as they are seen; not those in texts and comments. */
function missingIn(text: string, opensLibraries: boolean): readonly string[] {
  const plain = text.replace(ASIDE, " ");
  const patterns = [CALLS, /(?<![.:\w])(http_response)\b/g, ...(opensLibraries ? [LIBRARIES] : [])];
  return [
    ...new Set(patterns.flatMap((pattern) => [...plain.matchAll(pattern)].map(([, name = ""]) => name))),
  ];
}
