// Plan -> code of a limit.
import {
  block,
  byteLiteral,
  Code,
  code,
  commentText,
  lines,
  runtime,
  runtimeOf,
} from "../../codegen/code.js";
import type { EmitSite, Slots } from "../kit.js";
import type { ClientLimit, Limit, Plan, Token } from "./plan.js";

/** KrakenD's text for a log. */
const REFUSED = "rate limit exceded";

const exports = runtimeOf<typeof import("./runtime.js")>("gwc/rate-limit");

/** Around a route: the client's own limit is asked first, and refuses without using up the other. */
export function emit({ all, clients }: Plan, site: EmitSite): Slots {
  const parts: Slots[] = [];
  if (clients !== undefined) parts.push(emitClients(clients, site));
  if (all !== undefined) parts.push(emitAll(all, site));
  return {
    module: parts.flatMap((part) => part.module ?? []),
    before: parts.flatMap((part) => part.before ?? []),
  };
}

/** Around a backend: above the limit the backend fails without being called. */
export function emitProxy(limit: Limit, site: EmitSite): Slots {
  const bucket = site.name(`${site.subject}Limit`);
  const error = code`new ${runtime.UpstreamError}("refused", ${REFUSED})`;
  return {
    module: [bucketOf(bucket, limit, `At most ${rateText(limit)} go to this backend`, site)],
    before: [
      block(code`if (!${bucket}.take(performance.now()))`, [code`return ${runtime.failed}(${error});`]),
    ],
  };
}

function emitAll(limit: Limit, site: EmitSite): Slots {
  const bucket = site.name(`${site.subject}Limit`);
  return {
    module: [bucketOf(bucket, limit, `At most ${rateText(limit)} of all clients together`, site)],
    before: [code`if (!${bucket}.take(x.startedAt)) return ${runtime.replyEmpty}(x, 503, ${REFUSED});`],
  };
}

function bucketOf(name: Code, limit: Limit, sentence: string, site: EmitSite): Code {
  return lines([
    comment(`${sentence}, ${capacityText(limit)} (${site.where}).`),
    code`const ${name} = ${exports.tokenBucket}(${byteLiteral(site.label)}, ${perSecond(limit)}, ${limit.capacity});`,
  ]);
}

function emitClients(limit: ClientLimit, site: EmitSite): Slots {
  const buckets = site.name(`${site.subject}Clients`);
  const sentence = `At most ${rateText(limit)} of each client, told apart by ${tokenText(limit.token)}`;
  return {
    module: [
      lines([
        comment(`${sentence}, ${capacityText(limit)} (${site.where}).`),
        code`const ${buckets} = new ${exports.KeyedBuckets}({`,
        code`  perSecond: ${perSecond(limit)},`,
        code`  capacity: ${limit.capacity},`,
        code`  idleMs: ${limit.idleMs},`,
        code`  sweepMs: ${limit.sweepMs},`,
        code`  label: ${byteLiteral(site.label)},`,
        code`});`,
      ]),
    ],
    before: [
      code`if (!${buckets}.take(${tokenOf(limit.token, site)}, x.startedAt)) return ${runtime.replyEmpty}(x, 429, ${REFUSED});`,
    ],
  };
}

/** Per second, as the configuration has it: `2 / 3600` reads better than its value. */
function perSecond({ rate, everyMs }: Limit): Code {
  return everyMs === 1000 ? code`${rate}` : code`${rate} / ${everyMs / 1000}`;
}

function tokenOf(token: Token, site: EmitSite): Code {
  switch (token.kind) {
    case "address":
      return code`x.clientIp`;
    case "address in header":
      return code`${exports.addressIn}(x.header(${token.name.toLowerCase()}), x.clientIp)`;
    case "header":
      return code`x.header(${token.name.toLowerCase()})`;
    case "param":
      return site.param(token.name) ?? code`undefined`;
    case "nothing":
      return code`undefined`;
  }
}

function tokenText(token: Token): string {
  switch (token.kind) {
    case "address":
      return "address";
    case "address in header":
      return `the address in ${token.name}`;
    case "header":
      return `the header ${token.name}`;
    case "param":
      return `the path parameter ${token.name}`;
    case "nothing":
      return "something that no request has, so all are refused";
  }
}

function rateText({ rate, every }: Limit): string {
  return `${rate} requests per ${every}`;
}

function capacityText({ capacity }: Limit): string {
  if (capacity === 0) return "one at a time, the first only after a wait";
  return capacity === Number.MAX_SAFE_INTEGER ? "any number at once" : `${capacity} at once`;
}

function comment(text: string): Code {
  return new Code([`// ${commentText(text)}`]);
}
