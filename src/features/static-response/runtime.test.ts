import { expect, test } from "vitest";
import { failed, Outcome, relayed, succeeded } from "../../runtime/outcome.js";
import { UpstreamError } from "../../runtime/upstream-error.js";
import { addApart, addKeyed, addMembers, asDoubles, type StaticMembers } from "./runtime.js";

const FIXED: StaticMembers = [
  ["a", "1"],
  ['q\\"', '"x"'],
];

test("members take the place of those of the same keys, however they are written", () => {
  const outcome = succeeded(',"\\u0061":{"deep":[1]},"b":2,"q\\u0022":3');
  expect(addMembers(outcome, FIXED)).toMatchObject({ data: ',"a":1,"b":2,"q\\"":"x"', complete: true });
});

test("under their keys too", () => {
  const outcome = succeeded(
    new Map([
      ["a", "0"],
      ["b", "2"],
    ]),
  );
  const { data } = addKeyed(outcome, FIXED);
  expect([...data!]).toEqual([
    ["a", "1"],
    ["b", "2"],
    ['q\\"', '"x"'],
  ]);
  expect(outcome.data!.get("a")).toBe("0");
});

test("members that cannot be there are put behind", () => {
  expect(addApart(succeeded(',"b":2'), FIXED).data).toBe(',"b":2,"a":1,"q\\"":"x"');
});

test("a failure becomes an incomplete response that still tells it", () => {
  const error = new UpstreamError("status", "teapot", 418);
  for (const outcome of [addMembers(failed(error), FIXED), addApart(failed(error), FIXED)])
    expect(outcome).toMatchObject({ data: ',"a":1,"q\\"":"x"', complete: false, error });
  expect(addKeyed(failed(error), FIXED)).toMatchObject({ complete: false, error });
});

test("an answer without data stays as complete as it was", () => {
  expect(addMembers(succeeded<string>(null), FIXED)).toMatchObject({
    data: ',"a":1,"q\\"":"x"',
    complete: true,
  });
});

test("an answer that is handed over stays beside the data", () => {
  const answer = { url: "", status: 200, headers: [], body: "" };
  expect(asDoubles(addMembers(relayed(answer), FIXED), FIXED)).toMatchObject({
    answer,
    doubles: ["a", 'q\\"'],
    complete: true,
  });
  expect(new Outcome("", true, undefined).doubles).toBeUndefined();
});
