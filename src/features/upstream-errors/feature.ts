// `backend/http`: what an answer with a bad status becomes.
// [lura transport/http/client/status.go, proxy/http.go]
import { byteLiteral, code, runtime } from "../../codegen/code.js";
import { canonicalKey } from "../../codegen/keys.js";
import { defineMessages } from "../../diagnostics/messages.js";
import { at } from "../../source/located.js";
import { defineFeature } from "../kit.js";

interface Config {
  readonly return_error_details?: string;
  readonly return_error_code?: boolean;
}

type Plan = { readonly kind: "details"; readonly key: string } | { readonly kind: "code" };

const messages = defineMessages({
  "upstream-errors/details-win": {
    severity: "warning",
    sentence: "`return_error_code` has no effect beside `return_error_details`",
    hint: "delete one of the two",
    krakend: "ignores `return_error_code` as soon as the other key exists",
    explain: "Details turn a failure into data, so there is no status left to hand on.",
  },
  "upstream-errors/code-is-lost": {
    severity: "warning",
    sentence: "`return_error_code` has no effect where several backends are merged",
    hint: "use `return_error_details`, or one backend",
    krakend: "answers 200 with the other parts, or 500 when all fail",
    explain: "A merged answer has no status of one backend.",
  },
});

export const upstreamErrors = defineFeature<Config, Plan>({
  room: "upstream-errors",
  namespace: "backend/http",
  aliases: ["github.com/devopsfaith/krakend/http"],
  stages: ["backend"],
  schema: {
    type: "object",
    properties: {
      return_error_details: { type: "string", atBuild: "a key decides how answers are merged" },
      return_error_code: { type: "boolean" },
    },
  },
  lenient: "member",
  leniency: "takes the value as absent, and answers failures with a bare 500",
  messages: messages.messages,
  check(config, site, report) {
    if (config.return_error_code !== true) return;
    const span = at(site.block, "return_error_code")?.span ?? site.keySpan;
    if (config.return_error_details !== undefined) report(messages.say("upstream-errors/details-win", span));
    else if (site.backendCount > 1) report(messages.say("upstream-errors/code-is-lost", span));
  },
  plan(config, site) {
    if (config.return_error_details)
      return { kind: "details", key: canonicalKey(`error_${config.return_error_details}`) };
    // Quirk: the mere presence of the key, whatever its value, switches return_error_code off [lura status.go].
    const present = at(site.block, "return_error_details") !== undefined;
    return !present && config.return_error_code === true ? { kind: "code" } : undefined;
  },
  addedKeys: (plan) => (plan.kind === "details" ? [plan.key] : []),
  emit(plan) {
    if (plan.kind === "code") {
      const expression = code`${runtime.statusAsIs}(answer)`;
      return { badStatus: { text: expression, keyed: expression } };
    }
    const key = byteLiteral(plan.key);
    return {
      badStatus: {
        text: code`${runtime.statusDetails}(answer, ${key})`,
        keyed: code`${runtime.keyedStatusDetails}(answer, ${key})`,
      },
    };
  },
});
