// What late values are when no variable is set, checked at build.
import { isIP } from "node:net";
import { RE2JS, RE2JSException } from "re2js";
import { parseDuration } from "../config/duration.js";
import { type Late, type LateKind, lateForms } from "../config/late.js";
import { messages } from "../config/messages.js";
import type { Report } from "../diagnostics/diagnostic.js";
import { sanitizeHost } from "./hosts.js";

interface Rule {
  readonly wanted: string;
  readonly fits: (text: string) => boolean;
}

const anything: Rule = { wanted: "", fits: () => true };

const FORMS = Object.fromEntries(
  Object.entries(lateForms).map(([kind, { form, wanted }]) => [
    kind,
    { wanted, fits: (text: string) => form.test(text) },
  ]),
) as Readonly<Record<keyof typeof lateForms, Rule>>;

const DURATION: Rule = {
  wanted: "a positive duration",
  fits: (text) => {
    const milliseconds = parseDuration(text);
    return typeof milliseconds === "number" && milliseconds > 0;
  },
};

const RULES: Readonly<Record<LateKind, Rule>> = {
  ...FORMS,
  text: anything,
  bytes: anything,
  json: anything,
  pattern: { wanted: "a regular expression", fits: isPattern },
  network: { wanted: "an IP address or a network such as 10.0.0.0/8", fits: isNetwork },
  host: {
    wanted: "a host: scheme, name and port only",
    fits: (text) => sanitizeHost(text) !== undefined,
  },
  "verbatim host": { wanted: "a host", fits: (text) => text !== "" },
  port: {
    wanted: "a port from 1 to 65535",
    fits: (text) => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535,
  },
  address: {
    wanted: "an IP address",
    fits: (text) => text === "" || (isIP(text) !== 0 && !text.includes("%")),
  },
  duration: DURATION,
  timer: DURATION,
};

function isPattern(text: string): boolean {
  try {
    RE2JS.compile(text);
    return text !== "";
  } catch (fault) {
    if (fault instanceof RE2JSException) return false;
    throw fault;
  }
}

/** An address, or one with the number of bits that count. */
function isNetwork(text: string): boolean {
  const [address = "", bits, ...more] = text.split("/");
  const family = isIP(address);
  if (family === 0 || more.length > 0 || address.includes("%")) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32));
}

export function checkDefaults(values: readonly Late[], report: Report): void {
  for (const { kind, nominal, span } of values) {
    const { wanted, fits } = RULES[kind];
    if (nominal !== undefined && !fits(nominal))
      report(messages.say("config/bad-default", span, { value: nominal, wanted }));
  }
}
