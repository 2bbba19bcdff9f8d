// `modifier/lua-backend`: scripts before and after the call of one backend. [krakend-lua proxy/proxy.go]
import { defineFeature } from "../kit.js";
import { emit } from "./emit.js";
import { messages } from "./messages.js";
import { type Config, type Plan, plan, schema } from "./plan.js";
import { check } from "./rules.js";

export const luaOfBackend = defineFeature<Config, Plan>({
  room: "lua",
  namespace: "modifier/lua-backend",
  aliases: ["github.com/devopsfaith/krakend-lua/proxy/backend"],
  stages: ["backend"],
  schema,
  lenient: "member",
  leniency: "takes the value as absent, without a word",
  messages: messages.messages,
  check,
  plan,
  makesKeys: ({ after }) => after.length > 0,
  emit,
});
