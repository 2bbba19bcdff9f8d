// Lint of a `security/http` block: what KrakenD drops, and what does not do what it seems to.
import { RE2JS, RE2JSException } from "re2js";
import { asksForEnvironment, type Late } from "../../config/late.js";
import { messages as configMessages } from "../../config/messages.js";
import type { Report } from "../../diagnostics/diagnostic.js";
import { at, type Located } from "../../source/located.js";
import type { Span } from "../../source/text.js";
import type { Site } from "../kit.js";
import { messages } from "./messages.js";
import type { Config } from "./schema.js";

export function check(config: Config, site: Site, report: Report): void {
  checkTexts(site, report);
  const hosts = at(site.block, "allowed_hosts");
  if (hosts?.kind === "array" && hosts.items.length === 0)
    report(messages.say("security-http/no-hosts", hosts.span));
  if (config.allowed_hosts_are_regex === true && config.is_development !== true)
    for (const item of itemsOf(hosts)) checkPattern(item, report);
  for (const key of ["custom_frame_options_value", "content_security_policy", "referrer_policy"] as const) {
    if (/[\x00-\x08\x0a-\x1f\x7f]/.test(fixedText(config[key])))
      report(messages.say("security-http/bad-value", spanOf(site, key), { key }));
  }
  checkSecure(config, site, report);
  if (config.hpkp_public_key !== undefined)
    report(messages.say("security-http/no-key-pins", spanOf(site, "hpkp_public_key")));
}

function checkTexts(site: Site, report: Report): void {
  for (const key of ["allowed_hosts", "host_proxy_headers", "ssl_proxy_headers"]) {
    for (const item of itemsOf(at(site.block, key)))
      if (item.kind !== "string") report(messages.say("security-http/not-a-text", item.span, { key }));
  }
}

function itemsOf(node: Located | undefined): readonly Located[] {
  if (node?.kind === "object") return node.members.map((each) => each.value);
  return node?.kind === "array" ? node.items : [];
}

function checkPattern(item: Located, report: Report): void {
  if (item.kind !== "string") return;
  const pattern = item.value;
  if (asksForEnvironment(pattern)) {
    const reason = "patterns are checked when building";
    report(configMessages.say("config/fixed-at-build", item.span, { reason }));
    return;
  }
  const reason = faultOf(`^${pattern}$`);
  if (reason !== undefined) report(messages.say("security-http/bad-pattern", item.span, { pattern, reason }));
  else if (hasOpenAlternative(pattern))
    report(messages.say("security-http/open-pattern", item.span, { pattern }));
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

/** Whether a `|` stands outside of all groups and classes. */
function hasOpenAlternative(pattern: string): boolean {
  const outside = pattern.replace(/\\Q.*?(?:\\E|$)|\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]/gs, "");
  let depth = 0;
  for (const letter of outside) {
    if (letter === "(") depth += 1;
    else if (letter === ")") depth -= 1;
    else if (letter === "|" && depth === 0) return true;
  }
  return false;
}

function checkSecure(config: Config, site: Site, report: Report): void {
  const listed = (config.allowed_hosts ?? []).length > 0;
  const off = [
    ...(listed ? ["`allowed_hosts`"] : []),
    ...(config.ssl_redirect === true ? ["`ssl_redirect`"] : []),
    ...((config.sts_seconds ?? 0) !== 0 ? ["`sts_seconds`"] : []),
  ];
  if (config.is_development === true) {
    const what = off.join(", ");
    if (off.length > 0)
      report(messages.say("security-http/development", spanOf(site, "is_development"), { what }));
    return;
  }
  if (site.overTls === true || Object.keys(config.ssl_proxy_headers ?? {}).length > 0) return;
  if ((config.sts_seconds ?? 0) !== 0 && config.force_sts_header !== true)
    report(messages.say("security-http/never-secure", spanOf(site, "sts_seconds")));
  if (config.ssl_redirect === true)
    report(messages.say("security-http/redirect-loop", spanOf(site, "ssl_redirect")));
}

/** What the environment says is checked when the gateway starts. */
function fixedText(value: string | Late | undefined): string {
  return typeof value === "string" ? value : "";
}

function spanOf(site: Site, key: string): Span {
  return at(site.block, key)?.span ?? site.keySpan;
}
