// `gwc/limits`: how much is held in memory of what clients and backends send. An option of gwc's own;
// KrakenD holds whatever comes.
import { type Code, code, runtime } from "../../codegen/code.js";
import { defineFeature, type Slots } from "../kit.js";

interface Config {
  /** Bytes. */
  readonly answer_body?: number;
  readonly answer_head?: number;
  readonly request_body?: number;
  /** Of clients, at a time, for each thread. */
  readonly connections?: number;
}

interface Plan {
  readonly answerBytes: number | undefined;
  readonly answerHeadBytes: number | undefined;
  readonly bodyBytes: number | undefined;
  readonly connections: number | undefined;
}

/** Below this no answer has room; above, no array of bytes. */
const bytes = { type: "integer", minimum: 1024, maximum: 2 ** 30 } as const;

export const limits = defineFeature<Config, Plan>({
  room: "limits",
  namespace: "gwc/limits",
  stages: ["service"],
  schema: {
    type: "object",
    properties: {
      answer_body: bytes,
      answer_head: bytes,
      request_body: bytes,
      connections: { type: "integer", minimum: 1 },
    },
  },
  lenient: "block",
  leniency: "does not know this block, and ignores it",
  plan: ({ answer_body, answer_head, request_body, connections }) => ({
    answerBytes: answer_body,
    answerHeadBytes: answer_head,
    bodyBytes: request_body,
    connections,
  }),
  emit,
});

function emit({ answerBytes, answerHeadBytes, bodyBytes, connections }: Plan): Slots {
  const sets = (name: Code, value: number | undefined): readonly Code[] =>
    value === undefined ? [] : [code`${runtime.limits}.${name} = ${value};`];
  return {
    start: [
      ...sets(code`answerBytes`, answerBytes),
      ...sets(code`answerHeadBytes`, answerHeadBytes),
      ...sets(code`bodyBytes`, bodyBytes),
      ...sets(code`connections`, connections),
    ],
  };
}
