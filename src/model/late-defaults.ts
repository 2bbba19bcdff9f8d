// What late values are when no variable is set, checked at build.
import { isIP } from "node:net";
import { parseDuration } from "../config/duration.js";
import type { Late, LateKind } from "../config/late.js";
import { messages } from "../config/messages.js";
import type { Report } from "../diagnostics/diagnostic.js";
import { sanitizeHost } from "./hosts.js";

interface Rule {
  readonly wanted: string;
  readonly fits: (text: string) => boolean;
}

const anything: Rule = { wanted: "", fits: () => true };

const RULES: Readonly<Record<LateKind, Rule>> = {
  text: anything,
  bytes: anything,
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
  duration: {
    wanted: "a positive duration",
    fits: (text) => {
      const milliseconds = parseDuration(text);
      return typeof milliseconds === "number" && milliseconds > 0;
    },
  },
};

export function checkDefaults(values: readonly Late[], report: Report): void {
  for (const { kind, nominal, span } of values) {
    const { wanted, fits } = RULES[kind];
    if (nominal !== undefined && !fits(nominal))
      report(messages.say("config/bad-default", span, { value: nominal, wanted }));
  }
}
