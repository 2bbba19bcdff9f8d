// `proxy.shadow`: a backend that gets a copy of the request and whose answer nobody waits for. What
// it does to a route is part of the trunk (codegen/flow.ts). [lura proxy/shadow.go]
import { parseDuration } from "../../config/duration.js";
import { defineMessages } from "../../diagnostics/messages.js";
import { at } from "../../source/located.js";
import { defineFeature } from "../kit.js";

interface Config {
  readonly shadow?: boolean;
  readonly shadow_timeout?: unknown;
}

interface Plan {
  readonly asideMs: number;
}

const messages = defineMessages({
  "shadow/timeout": {
    severity: "error",
    sentence: "`shadow_timeout` must be a duration",
    hint: 'write a text such as `"3s"`',
    krakend: "takes the timeout of the endpoint",
    compat: "takes the timeout of the endpoint",
    explain: "It is how long the call of a shadow backend may take. Nobody waits for it.",
    bad: '{ "shadow": true, "shadow_timeout": 3 }',
    good: '{ "shadow": true, "shadow_timeout": "3s" }',
  },
  "shadow/no-time": {
    severity: "error",
    sentence: "this shadow backend has no time, so it is never called",
    hint: "write a positive duration",
    krakend: "gives up the call before it is made",
    compat: "never calls it",
    explain: "A `shadow_timeout` of nothing has passed when the call is made.",
  },
});

export const shadow = defineFeature<Config, Plan>({
  room: "shadow",
  namespace: "proxy",
  option: "shadow",
  aliases: ["github.com/devopsfaith/krakend/proxy"],
  stages: ["backend"],
  schema: {
    type: "object",
    properties: {
      shadow: { type: "boolean" },
      shadow_timeout: { atBuild: "times are divided when building" },
    },
  },
  lenient: "member",
  leniency: "takes a value that is not true or false as false",
  messages: messages.messages,
  check(config, site, report) {
    if (config.shadow !== true || config.shadow_timeout === undefined) return;
    const span = at(site.block, "shadow_timeout")?.span ?? site.keySpan;
    const ms = ownMs(config);
    if (ms === undefined) report(messages.say("shadow/timeout", span));
    else if (ms <= 0) report(messages.say("shadow/no-time", span));
  },
  plan: (config, site) => (config.shadow === true ? { asideMs: ownMs(config) ?? site.timeoutMs } : undefined),
  settings: ({ asideMs }) => ({ backend: { asideMs } }),
});

function ownMs({ shadow_timeout: text }: Config): number | undefined {
  const ms = typeof text === "string" ? parseDuration(text) : undefined;
  return typeof ms === "number" ? ms : undefined;
}
