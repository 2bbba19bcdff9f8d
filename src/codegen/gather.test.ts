import { expect, test } from "vitest";
import type { Slots } from "../features/kit.js";
import type { BackendScope } from "./backend.js";
import { type Code, code } from "./code.js";
import type { Flow } from "./flow.js";
import { gather } from "./gather.js";
import type { Declaration } from "./module.js";
import { Names } from "./names.js";
import type { RoomCode } from "./rooms.js";

const room = (namespace: string, slots: Slots): RoomCode => ({
  namespace,
  where: "krakend.json:1",
  slots,
  params: [],
  declarations: [],
});

const scope = {
  names: new Names(),
  locals: new Map([["id", "id"]]),
  mode: "text",
  earlier: new Set(),
  sharedBody: true,
  endpoint: { params: [{ name: "id" }] },
} as unknown as BackendScope;

const flow: Flow = { statements: [code`begin();`], outcome: code`await call(x)`, declarations: [] };

const text = (piece: Code): string => piece.toText(({ name }) => name);

function written(rooms: readonly RoomCode[]): readonly string[] {
  const { statements, declarations } = gather(flow, rooms, { ...scope, names: new Names() });
  const functions = declarations.map((each: Declaration) =>
    each.kind === "function"
      ? `${each.name}(${each.parameters.map(({ name }) => name).join(", ")}): ${text(each.body)}`
      : "",
  );
  return [...statements.map(text), ...functions];
}

test("rooms that only look on stand in the handler, the outer ones last", () => {
  const outer = room("outer", {
    before: [code`const t = now();`],
    after: [code`outcome = seen(outcome, t);`],
  });
  const inner = room("inner", { after: [code`count(outcome);`] });
  expect(written([outer, inner])).toEqual([
    "const t = now();",
    "begin();",
    "let outcome = await call(x);",
    "count(outcome);",
    "outcome = seen(outcome, t);",
  ]);
});

test("what a room refuses comes back to the rooms around it", () => {
  const outer = room("outer", { after: [code`count(outcome);`] });
  const refusing = room("refusing", { before: [code`if (bad(x)) return failed(error);`] });
  expect(written([outer, refusing])).toEqual([
    "const outcome = await gather(x, id);",
    "gather(x, id): const outcome = await gather2(x, id);\ncount(outcome);\nreturn outcome;",
    "gather2(x, id): if (bad(x)) return failed(error);\nbegin();\nreturn await call(x);",
  ]);
});

test("a room may make the call itself", () => {
  const around = room("around", { around: (call) => [code`return twice(() => ${call(code`x`, code`0`)});`] });
  expect(written([around])).toEqual([
    "const outcome = await gather(x, id);",
    "gather(x, id): return twice(() => gather2(x, id));",
    "gather2(x, id): begin();\nreturn await call(x);",
  ]);
});
