// What the schema cannot say about the limits.
import type { Report } from "../../diagnostics/diagnostic.js";
import { at } from "../../source/located.js";
import type { Span } from "../../source/text.js";
import type { Site } from "../kit.js";
import { milliseconds } from "./every.js";
import { messages } from "./messages.js";
import {
  capacityOf,
  clientCapacityOf,
  isHeaderOfRequests,
  perSecond,
  proxyPeriod,
  routerPeriod,
} from "./plan.js";
import type { Config, ProxyConfig } from "./schema.js";

/** Rules for the block of an endpoint. */
export function check(config: Config, site: Site, report: Report): void {
  checkRates(config, site, report);
  checkEvery(config.every, site, report);
  checkCapacity("capacity", config.capacity, site, report);
  checkCapacity("client_capacity", config.client_capacity, site, report);
  checkCleanup(config, site, report);
  if ((config.client_max_rate ?? 0) > 0) checkStrategy(config, site, report);
  else checkIdleStrategy(config, site, report);
  checkDefaults(config, site, report);
}

/** Rules for the block of a backend. */
export function checkProxy(config: ProxyConfig, site: Site, report: Report): void {
  if (config.max_rate === undefined) reportNoLimit("`max_rate`", site, report);
  else if (config.max_rate <= 0) reportRate("max_rate", config.max_rate, site, report);
  checkCapacity("capacity", config.capacity, site, report);
  checkProxyEvery(config.every, site, report);
  const { everyMs } = proxyPeriod(config.every);
  if (everyMs > 0) reportDefault("capacity", config, site, report, capacityOf);
}

function spanOf(site: Site, key: string): Span {
  return at(site.block, key)?.span ?? site.keySpan;
}

function checkRates(config: Config, site: Site, report: Report): void {
  const given = (["max_rate", "client_max_rate"] as const).flatMap((key) => {
    const value = config[key];
    return value === undefined ? [] : [{ key, value }];
  });
  if (given.length === 0) reportNoLimit("`max_rate` or `client_max_rate`", site, report);
  const works = given.some(({ value }) => value > 0);
  for (const { key, value } of given) {
    if (value < 0 || (value === 0 && !works)) reportRate(key, value, site, report);
  }
}

function reportNoLimit(keys: string, site: Site, report: Report): void {
  report(messages.say("rate-limit/no-limit", site.keySpan, { namespace: site.namespace, keys }));
}

function reportRate(key: string, value: number, site: Site, report: Report): void {
  report(messages.say("rate-limit/rate-not-positive", spanOf(site, key), { key, value }));
}

function checkEvery(every: string | undefined, site: Site, report: Report): void {
  if (every === undefined) return;
  const everyMs = milliseconds(every);
  if (everyMs === undefined) reportUnreadable(every, site, report);
  else if (everyMs < 1000) {
    report(messages.say("rate-limit/every-too-short", spanOf(site, "every"), { value: every }));
  }
}

function checkProxyEvery(every: string | undefined, site: Site, report: Report): void {
  if (every === undefined) return;
  const everyMs = milliseconds(every);
  if (everyMs === undefined) reportUnreadable(every, site, report);
  else if (everyMs <= 0) {
    report(messages.say("rate-limit/every-not-positive", spanOf(site, "every"), { value: every }));
  }
}

function reportUnreadable(value: string, site: Site, report: Report): void {
  const values = { key: "every", value, instead: "1s" };
  report(messages.say("rate-limit/every-unreadable", spanOf(site, "every"), values));
}

function checkCapacity(key: string, value: number | undefined, site: Site, report: Report): void {
  if (value === undefined || Math.trunc(value) >= 0) return;
  report(messages.say("rate-limit/capacity-negative", spanOf(site, key), { key, value }));
}

function checkCleanup(config: Config, site: Site, report: Report): void {
  const value = config.cleanup_period;
  if (value === undefined || milliseconds(value) !== undefined) return;
  report(messages.say("rate-limit/cleanup-period-unreadable", spanOf(site, "cleanup_period"), { value }));
}

function checkStrategy(config: Config, site: Site, report: Report): void {
  const { strategy } = config;
  if (strategy === undefined || strategy === "") {
    report(messages.say("rate-limit/strategy-missing", spanOf(site, "client_max_rate")));
    return;
  }
  switch (strategy.toLowerCase()) {
    case "ip":
      checkAddressKey(config, site, report);
      break;
    case "header":
      checkHeaderKey(config, site, report);
      break;
    case "param":
      checkParamKey(config, site, report);
      break;
    default:
      report(messages.say("rate-limit/strategy-unknown", spanOf(site, "strategy"), { strategy }));
  }
}

function checkAddressKey({ key = "" }: Config, site: Site, report: Report): void {
  if (key === "" || isHeaderOfRequests(key)) return;
  const effect = "takes the address of the client instead, without a word";
  report(messages.say("rate-limit/key-not-a-header", spanOf(site, "key"), { key, effect }));
}

function checkHeaderKey({ key = "" }: Config, site: Site, report: Report): void {
  if (key === "") {
    reportKeyMissing("header", "header", site, report);
  } else if (!isHeaderOfRequests(key)) {
    const effect = "answers 429 to every request";
    report(messages.say("rate-limit/key-not-a-header", spanOf(site, "key"), { key, effect }));
  }
}

function checkParamKey({ key = "" }: Config, site: Site, report: Report): void {
  if (key === "") {
    reportKeyMissing("param", "path parameter", site, report);
  } else if (!site.params.includes(key)) {
    const advice = paramAdvice(key, site.params);
    report(messages.say("rate-limit/key-not-a-param", spanOf(site, "key"), { key, advice }));
  }
}

function paramAdvice(key: string, params: readonly string[]): string {
  const near = params.find((each) => each.toLowerCase() === key.toLowerCase());
  if (near !== undefined) return `did you mean \`${near}\`?`;
  if (params.length === 0) return "the endpoint has no path parameters: use another strategy";
  return `name one that it has: ${params.map((each) => `\`${each}\``).join(", ")}`;
}

function reportKeyMissing(strategy: string, wanted: string, site: Site, report: Report): void {
  report(messages.say("rate-limit/key-missing", spanOf(site, "strategy"), { strategy, wanted }));
}

function checkIdleStrategy(config: Config, site: Site, report: Report): void {
  if (config.strategy === undefined || (config.max_rate ?? 0) <= 0) return;
  report(messages.say("rate-limit/strategy-without-rate", spanOf(site, "strategy")));
}

function checkDefaults(config: Config, site: Site, report: Report): void {
  const { everyMs } = routerPeriod(config.every);
  const max = perSecond(config.max_rate, everyMs);
  reportDefault("capacity", config, site, report, capacityOf);
  if (config.strategy === undefined) return;
  const rate = config.client_max_rate;
  const client = { max_rate: rate, capacity: config.client_capacity, every: config.every };
  reportDefault("client_capacity", client, site, report, (given, perClient) =>
    clientCapacityOf(given, perClient, max),
  );
}

interface Rated {
  readonly max_rate?: number | undefined;
  readonly capacity?: number | undefined;
  readonly every?: string | undefined;
}

/** Says so where a default lets less pass at once than the rate suggests. */
function reportDefault(
  key: "capacity" | "client_capacity",
  config: Rated,
  site: Site,
  report: Report,
  sizeOf: (given: number | undefined, perSecond: number) => number,
): void {
  const rate = config.max_rate ?? 0;
  const isGiven = Math.trunc(config.capacity ?? 0) !== 0;
  if (rate <= 0 || isGiven) return;
  const { every, everyMs } = proxyPeriod(config.every);
  const capacity = sizeOf(config.capacity, perSecond(rate, everyMs));
  const span = spanOf(site, key === "capacity" ? "max_rate" : "client_max_rate");
  if (capacity === 0) report(messages.say("rate-limit/starts-empty", span));
  else if (capacity < Math.trunc(rate)) {
    report(messages.say("rate-limit/default-capacity", span, { key, capacity, rate, every }));
  }
}
