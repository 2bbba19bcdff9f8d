// Where the hosts of a backend come from. [lura sd/register.go, sd/dnssrv/subscriber.go]
import { asksForEnvironment } from "../config/late.js";
import type { Located } from "../source/located.js";
import type { Resolution } from "./attach.js";
import type { Backend } from "./model.js";
import { booleanAt, itemsAt, spanAt, textAt } from "./read.js";
import { messages } from "./transport-messages.js";

/** Names of `sd` for hosts as they are listed. */
const FIXED = new Set(["", "static"]);

export function discoveryOf({ report }: Resolution, node: Located): Backend["discovery"] {
  const kind = textAt(node, "sd") ?? "";
  if (kind !== "dns") {
    if (!FIXED.has(kind)) report(messages.say("discovery/unknown", spanAt(node, "sd"), { kind }));
    return undefined;
  }
  const hosts = itemsAt(node, "host");
  const [first] = hosts;
  if (first === undefined || !booleanAt(node, "disable_host_sanitize")) {
    report(messages.say("discovery/no-name", spanAt(node, first === undefined ? "sd" : "host")));
  } else if (first.kind === "string" && !asksForEnvironment(first.value) && !isName(first.value)) {
    report(messages.say("discovery/bad-name", first.span, { name: first.value }));
  }
  const [, second] = hosts;
  if (second !== undefined) report(messages.say("discovery/one-name", second.span));
  return { scheme: textAt(node, "sd_scheme") || "http" };
}

/** What DNS can be asked for. */
function isName(text: string): boolean {
  return text.length <= 254 && /^[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?$/.test(text);
}
