// Cache of a backend's answers, as far as they say that they may be kept.
import { Code, code, commentText, lines, runtimeOf } from "../../codegen/code.js";
import type { Report } from "../../diagnostics/diagnostic.js";
import { at } from "../../source/located.js";
import { defineFeature, type EmitSite, type Site, type Slots } from "../kit.js";
import { messages } from "./messages.js";
import { type Plan, plan } from "./plan.js";
import { type Config, schema } from "./schema.js";

const exports = runtimeOf<typeof import("./runtime.js")>("gwc/http-cache");

export const httpCache = defineFeature<Config, Plan>({
  room: "http-cache",
  namespace: "qos/http-cache",
  aliases: ["github.com/devopsfaith/krakend-httpcache"],
  stages: ["client"],
  schema,
  lenient: "member",
  leniency: "caches all the same, in a store of this backend alone and without limits",
  messages: messages.messages,
  check,
  plan,
  emit,
});

function check(config: Config, site: Site, report: Report): void {
  const items = config.max_items || undefined;
  const bytes = config.max_size || undefined;
  if ((items === undefined) === (bytes === undefined)) return;
  const [given, missing] = items === undefined ? ["max_size", "max_items"] : ["max_items", "max_size"];
  const span = at(site.block, given)?.span ?? site.keySpan;
  report(messages.say("http-cache/half-limited", span, { given, missing }));
}

function emit(plan: Plan, site: EmitSite): Slots {
  const cache = site.name(`${site.subject}Cache`);
  return {
    module: [lines([...comments(plan, site), code`const ${cache} = ${cacheOf(plan, site.hosts)};`])],
    // The parameter takes the place of the local, so that the cache may ask with other headers.
    wrap: (call, readsFailures) =>
      code`${cache}.fetch(call, (call) => ${call}${readsFailures ? code`, true` : code``})`,
  };
}

/** The hosts tell equal paths of different services apart in a shared store. */
function cacheOf(plan: Plan, hosts: EmitSite["hosts"]): Code {
  const limits = limitsOf(plan);
  if (!plan.shared || hosts.length === 0) return code`${exports.privateCache}(${limits})`;
  return code`${exports.sharedCache}(${[code`${hosts.join(" ")}`, ...limits]})`;
}

function limitsOf({ mostItems, mostBytes }: Plan): readonly Code[] {
  const limits: Code[] = [];
  if (mostItems !== undefined) limits.push(code`mostItems: ${mostItems}`);
  if (mostBytes !== undefined) limits.push(code`mostBytes: ${mostBytes}`);
  return limits.length === 0 ? [] : [code`{ ${limits} }`];
}

function comments(plan: Plan, site: EmitSite): readonly Code[] {
  const isShared = plan.shared && site.hosts.length > 0;
  return [
    `Keeps answers as long as they allow, ${isShared ? "for all backends that share" : "for this backend"} (${site.where}).`,
    "All clients get the same answer, unless its Vary tells them apart.",
  ].map((text) => new Code([`// ${commentText(text)}`]));
}
