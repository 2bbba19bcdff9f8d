// `concurrent_calls`: each backend is called several times at once. [lura proxy/concurrent.go]
import { code, identifier, runtime, runtimeOf } from "../../codegen/code.js";
import { defineMessages } from "../../diagnostics/messages.js";
import { defineFeature } from "../kit.js";

type Plan = { readonly count: number; readonly withinMs: number };

const exports = runtimeOf<typeof import("./runtime.js")>("gwc/concurrent-calls");

const messages = defineMessages({
  "concurrent-calls/no-op": {
    severity: "error",
    sentence: "`concurrent_calls` loses the body of a `no-op` answer",
    hint: "delete `concurrent_calls`, or choose another `output_encoding`",
    krakend: "hands over status and headers, and gives up the body with the calls that came too late",
    compat: "answers with status and headers and without the body",
    explain:
      "With `no-op` an answer is handed over while it arrives. The first of several calls to have an answer ends the others, and in KrakenD its own body with them.",
  },
});

/** Calls leave time for what is around them. */
const SHARE = 0.75;

/** The first complete answer wins. */
export const concurrentCalls = defineFeature<number, Plan>({
  room: "concurrent-calls",
  namespace: "concurrent_calls",
  place: "endpoint",
  stages: ["backend"],
  schema: { type: "number" },
  lenient: "block",
  leniency: "does not start",
  messages: messages.messages,
  repeats: true,
  check(count, site, report) {
    if (count > 1 && site.output === "no-op") report(messages.say("concurrent-calls/no-op", site.keySpan));
  },
  plan: (count, site) => (count > 1 ? { count, withinMs: site.timeoutMs * SHARE } : undefined),
  emit(plan, site) {
    const first = site.output === "no-op" ? exports.firstHead : exports.firstComplete;
    return {
      around: (call) => [
        code`const limit = ${runtime.within}(deadline, ${plan.withinMs});`,
        code`return ${first}(x, ${plan.count}, (attempt) => ${call(identifier("attempt"), identifier("limit"))});`,
      ],
    };
  },
});
