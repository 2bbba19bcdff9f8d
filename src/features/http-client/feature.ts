// `backend/http/client`: whether a body goes along when a backend sends the request elsewhere.
// [lura proxy/http.go]
import { code } from "../../codegen/code.js";
import { defineMessages } from "../../diagnostics/messages.js";
import { at } from "../../source/located.js";
import { defineFeature } from "../kit.js";

interface Config {
  readonly send_body_on_redirect?: boolean;
}

interface Plan {
  readonly resendsBody: true;
}

const messages = defineMessages({
  "http-client/enterprise-option": {
    severity: "error",
    sentence: "`{key}` of `backend/http/client` is an option of KrakenD Enterprise",
    hint: "delete the key",
    krakend: "Community ignores it without a word",
    compat: "ignores it",
    explain:
      "Community reads `send_body_on_redirect` alone: it follows redirects whatever `no_redirect` says, and calls backends without the proxy and the TLS settings that stand here.",
    bad: '{ "backend/http/client": { "no_redirect": true } }',
    good: '{ "backend/http/client": { "send_body_on_redirect": true } }',
  },
});

const ENTERPRISE = ["no_redirect", "proxy_address", "client_tls"];

export const httpClient = defineFeature<Config, Plan>({
  room: "http-client",
  namespace: "backend/http/client",
  stages: ["client"],
  schema: {
    type: "object",
    properties: {
      send_body_on_redirect: { type: "boolean" },
      ...Object.fromEntries(ENTERPRISE.map((key) => [key, { atBuild: "Community does not read it" }])),
    },
  },
  lenient: "member",
  leniency: "takes the value as absent, and answers with the redirect itself where there is a body",
  messages: messages.messages,
  check(_config, site, report) {
    for (const key of ENTERPRISE) {
      const value = at(site.block, key);
      if (value !== undefined) report(messages.say("http-client/enterprise-option", value.span, { key }));
    }
  },
  plan: (config) => (config.send_body_on_redirect === true ? { resendsBody: true } : undefined),
  emit: () => ({ beforeCall: [code`call.resendsBody = true;`], wantsWholeBody: true }),
});
