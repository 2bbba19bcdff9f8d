// Lint of a `security/cors` block: what KrakenD drops or never matches.
import { parseDuration } from "../../config/duration.js";
import { asksForEnvironment } from "../../config/late.js";
import type { Report } from "../../diagnostics/diagnostic.js";
import { at, type Located } from "../../source/located.js";
import type { Span } from "../../source/text.js";
import type { Site } from "../kit.js";
import { messages } from "./messages.js";
import type { Config } from "./schema.js";

/** What an empty list allows. */
const DEFAULTS = {
  allow_origins: "every origin",
  allow_headers: "every header",
  allow_methods: "GET, POST and HEAD",
} as const;

export function check(config: Config, site: Site, report: Report): void {
  for (const key of ["allow_origins", "allow_headers", "allow_methods", "expose_headers"] as const) {
    for (const item of itemsOf(site, key)) {
      if (item.kind !== "string") report(messages.say("cors/not-a-text", item.span, { key }));
    }
  }
  for (const [key, what] of Object.entries(DEFAULTS)) {
    const list = at(site.block, key);
    if (list?.kind === "array" && list.items.length === 0)
      report(messages.say("cors/empty-list", list.span, { key, what }));
  }
  checkOrigins(config, site, report);
  checkMethods(site, report);
  checkAge(config, site, report);
  checkOptions(config, site, report);
}

function itemsOf(site: Site, key: string): readonly Located[] {
  const list = at(site.block, key);
  return list?.kind === "array" ? list.items : [];
}

/** `*`, `null`, or an origin with at most one wildcard [RFC 6454 6.2]. */
const ORIGIN =
  /^(?:null|[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+|[^/?#\s*]*\*[^/?#\s]*|[a-z*][a-z0-9+.*-]*:\/\/[^/?#\s]*)$/i;

function checkOrigins(config: Config, site: Site, report: Report): void {
  const items = itemsOf(site, "allow_origins").filter((item) => item.kind === "string");
  for (const { value: origin, span } of items) {
    const wildcards = origin.split("*").length - 1;
    if (asksForEnvironment(origin)) continue;
    if (!ORIGIN.test(origin) || wildcards > 1) report(messages.say("cors/dead-origin", span, { origin }));
  }
  const all = items.length === 0 || items.some((item) => item.value === "*");
  if (all && config.allow_credentials === true)
    report(messages.say("cors/all-with-credentials", spanOf(site, "allow_credentials")));
}

function checkMethods(site: Site, report: Report): void {
  for (const item of itemsOf(site, "allow_methods")) {
    if (item.kind !== "string" || item.value === item.value.toUpperCase()) continue;
    const upper = item.value.toUpperCase();
    report(messages.say("cors/dead-method", item.span, { method: item.value, upper }));
  }
}

function checkAge({ max_age: age }: Config, site: Site, report: Report): void {
  if (at(site.block, "max_age") === undefined) return;
  const span = spanOf(site, "max_age");
  if (typeof age !== "string") report(messages.say("cors/age-not-a-text", span));
  else if (typeof parseDuration(age) !== "number") report(messages.say("cors/bad-age", span, { value: age }));
}

function checkOptions(config: Config, site: Site, report: Report): void {
  const status = Math.trunc(config.options_success_status ?? 0);
  if (status !== 0 && (status < 200 || status > 599))
    report(messages.say("cors/bad-status", spanOf(site, "options_success_status"), { value: status }));
  if (config.debug === true) report(messages.say("cors/no-debug", spanOf(site, "debug")));
}

function spanOf(site: Site, key: string): Span {
  return at(site.block, key)?.span ?? site.keySpan;
}
