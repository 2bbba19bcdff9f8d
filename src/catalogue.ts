// All messages of gwc by their code.
import { messages as config } from "./config/messages.js";
import type { Message } from "./diagnostics/messages.js";
import { pipe } from "./features/pipe.js";
import { messages as flexible } from "./flexible/messages.js";
import { messages as model } from "./model/messages.js";
import { messages as transport } from "./model/transport-messages.js";

const rooms = Object.values(pipe)
  .flat()
  .map((feature) => feature.messages ?? {});

export const catalogue: Readonly<Record<string, Message>> = Object.assign(
  {},
  config.messages,
  flexible.messages,
  model.messages,
  transport.messages,
  ...rooms,
);
