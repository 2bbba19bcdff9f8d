// The reply whose format the client's Accept chooses. [gin context.go NegotiateFormat, lura router/gin/render.go]
import type { Exchange } from "../exchange.js";
import type { Outcome } from "../outcome.js";
import { type Banner, replyJson } from "../reply.js";
import type { GoTypes } from "./go-types.js";
import { replyXml } from "./xml-output.js";
import { replyYaml } from "./yaml-output.js";

type Reply = typeof replyXml;

/** In this order; what is named first is taken where nothing is asked for. */
const OFFERS: readonly (readonly [type: string, reply: Reply])[] = [
  ["application/json", replyJson],
  ["text/plain", replyYaml],
  ["application/xml", replyXml],
  ["application/x-yaml", replyYaml],
];

/** Sends the data as JSON, XML or YAML. */
export function replyNegotiated(
  x: Exchange,
  banner: Banner,
  label: string,
  outcome: Outcome,
  cacheControl?: string,
  types?: GoTypes,
): void {
  replyFor(x.header("accept"))(x, banner, label, outcome, cacheControl, types);
}

/**
 * The first type of the list that fits an offer; weights are not looked at. Quirk: letter case
 * counts, and the beginning of an offer is enough (`text/p`).
 */
export function replyFor(accept: string | undefined): Reply {
  for (const part of (accept ?? "").split(",")) {
    const wanted = (part.split(";", 1)[0] ?? "").trim();
    if (wanted === "") continue;
    const offer = OFFERS.find(([type]) => fits(wanted, type));
    if (offer !== undefined) return offer[1];
  }
  return replyJson;
}

/** Equal up to a `*` in either, or to the end of what is wanted. */
function fits(wanted: string, offer: string): boolean {
  const star = wanted.indexOf("*");
  if (star >= 0 && star < offer.length) return offer.startsWith(wanted.slice(0, star));
  return offer.startsWith(wanted);
}
