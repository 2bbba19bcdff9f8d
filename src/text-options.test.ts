import { describe, expect, it } from "vitest";
import { lateForms } from "./config/late.js";
import { defineFeature, type Pipe } from "./features/kit.js";
import { pipe } from "./features/pipe.js";
import { textOptions } from "./text-options.js";

const options = textOptions(pipe);

describe("texts of the configuration", () => {
  it("are all decided at build or may come from the environment, on purpose", () => {
    const forgotten = options.filter(({ when }) => when === undefined);
    expect(forgotten.map(({ owner, path }) => `${owner}: ${path}`)).toEqual([]);
  });

  it("are of kinds that exist, or have a reason", () => {
    const plain = [
      "text",
      "bytes",
      "host",
      "port",
      "address",
      "duration",
      "timer",
      "json",
      "pattern",
      "network",
    ];
    const kinds = [...plain, ...Object.keys(lateForms)];
    for (const { when } of options) {
      if (when === undefined) continue;
      if ("atStart" in when) expect(kinds).toContain(when.atStart);
      else expect(when.atBuild).toMatch(/^\S.{8,}/);
    }
  });

  it("may come from the environment where they are addresses, secrets, names or contents", () => {
    const atStart = options.filter(({ when }) => when !== undefined && "atStart" in when);
    expect(atStart.map(({ owner, path }) => `${owner}: ${path}`)).toMatchSnapshot();
  });

  it("are found where a schema says nothing of them", () => {
    const schema = {
      type: "object",
      properties: {
        plain: { type: "string" },
        list: { type: "array" },
        texts: { type: "array", items: { type: "string" } },
        bag: { type: "object" },
        free: {},
        choice: { enum: ["a", "b"] },
        either: { type: ["integer", "string"] },
        deep: { type: "object", properties: { name: { type: "string" } } },
        flag: { type: "boolean" },
        count: { type: ["integer", "null"] },
      },
    };
    const room = defineFeature<object, never>({
      room: "test",
      namespace: "test",
      stages: ["service"],
      schema,
      lenient: "block",
      leniency: "",
      plan: () => undefined,
    });
    const none: Pipe = { server: [], service: [room], endpoint: [], proxy: [], backend: [], client: [] };
    const found = textOptions(none).filter(({ when }) => when === undefined);
    const paths = ["plain", "list", "texts[]", "bag", "free", "choice", "either", "deep.name"];
    expect(found.map(({ path }) => path)).toEqual(paths);
  });
});
