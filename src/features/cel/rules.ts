// What can be wrong with a list of checks.
import { RE2JS, RE2JSException } from "re2js";
import type { Report } from "../../diagnostics/diagnostic.js";
import { at } from "../../source/located.js";
import type { Site } from "../kit.js";
import { isCall, nodesOf, type Parsed, type Variable } from "./language.js";
import { messages } from "./messages.js";
import { spanWithin } from "./places.js";
import { type Check, type Config, checksOf, isFault, MOMENTS, type Moment, momentsOf } from "./plan.js";

const WHEN: Readonly<Record<Moment, string>> = {
  before: "before the call",
  after: "after the call",
  token: "on the token",
};

export function check(_config: Config, site: Site, report: Report): void {
  for (const each of checksOf(site)) checkOne(each, site, report);
}

function checkOne(check: Check, site: Site, report: Report): void {
  const { parsed, node, text, item } = check;
  if (parsed === undefined) {
    report(messages.say("cel/no-expression", item.span));
    return;
  }
  if (isFault(parsed)) {
    const { kind, reason, start, end } = parsed;
    report(messages.say(`cel/${kind}`, spanWithin(node, start, end), { reason }));
    return;
  }
  const moments = momentsOf(text);
  if (moments.length === 0) report(messages.say("cel/never-evaluated", node.span));
  if (moments.includes("token")) checkToken(check, site, report);
  checkMoments(check, parsed, moments, report);
  checkPatterns(check, parsed, report);
}

/** Fails closed until tokens are checked: nothing else would notice that the check is missing. */
function checkToken({ node }: Check, site: Site, report: Report): void {
  const extra = at(site.owner, "extra_config");
  const validators = ["auth/validator", "github.com/devopsfaith/krakend-jose/validator"];
  const validated = extra !== undefined && validators.some((name) => at(extra, name) !== undefined);
  if (site.stage !== "proxy" || !validated) {
    const reason =
      site.stage === "proxy" ? "the endpoint takes no token" : "tokens are the endpoint's business";
    report(messages.say("cel/token-without-validator", node.span, { reason }));
  } else report(messages.say("cel/token", node.span));
}

function checkMoments({ node }: Check, parsed: Parsed, moments: readonly Moment[], report: Report): void {
  for (const moment of moments) {
    const variable = [...parsed.variables].find((name) => !isThere(name, moment));
    if (variable === undefined) continue;
    const word = MOMENTS[moment];
    const start = parsed.text.indexOf(word);
    const span = spanWithin(node, start, start + word.length);
    report(messages.say("cel/wrong-moment", span, { when: WHEN[moment], word, variable }));
  }
}

function isThere(variable: Variable, moment: Moment): boolean {
  return variable === "now" || variable.startsWith(MOMENTS[moment]);
}

function checkPatterns({ node }: Check, { tree }: Parsed, report: Report): void {
  for (const call of nodesOf(tree)) {
    if (!isCall(call) || call.args[0] !== "matches") continue;
    const pattern = (call.op === "call" ? call.args[1] : call.args[2]).at(-1);
    if (pattern?.op !== "value" || typeof pattern.args !== "string") continue;
    const reason = faultOf(pattern.args);
    const { start, end } = pattern.range;
    if (reason !== undefined)
      report(
        messages.say("cel/bad-pattern", spanWithin(node, start, end), { pattern: pattern.args, reason }),
      );
  }
}

function faultOf(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (fault) {
    if (fault instanceof RE2JSException) return fault.message;
    throw fault;
  }
}
