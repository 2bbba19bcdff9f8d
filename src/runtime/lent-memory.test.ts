// What is lent: to one answer at a time, and to nobody when its loan is over.
import { expect, it } from "vitest";
import { Collected } from "./collected.js";
import { decodeObject } from "./json/decode.js";
import { closedReading, countReading, giveBackArea, lentMemory, readBytes, takeArea } from "./lent-memory.js";
import { ReceivedAnswer } from "./received-answer.js";
import type { Transaction } from "./transaction.js";

const LONG = `{"a":"${"x".repeat(20_000)}","b":1}`;

function lentAnswer(json: string): ReceivedAnswer {
  const end = readBytes.write(json, 100, "latin1") + 100;
  countReading(end);
  const bytes = closedReading(readBytes, 100, end)!;
  const answer = new ReceivedAnswer({ url: "" } as Transaction, 200, "", [], bytes);
  answer.beginLoan();
  return answer;
}

it("is one for the readings and for the walk", () => {
  const answer = lentAnswer(LONG);
  expect(answer.bytes!.buffer).toBe(lentMemory.buffer);
  const kept = decodeObject(answer, (json) => [json.key(), json.keep().length, json.key(), json.keep()]);
  expect(kept).toEqual(["a", 20_002, "b", "1"]);
  answer.endLoan();
  expect(() => answer.body).toThrow("wanted again");
});

it("leaves an answer that was not decoded its bytes", () => {
  const answer = lentAnswer(LONG);
  answer.endLoan();
  countReading(1);
  readBytes.fill(0x20, 0, 30_000);
  expect(answer.body).toBe(LONG);
  expect(decodeObject(answer, (json) => [json.key(), json.keep().length])).toEqual(["a", 20_002]);
});

it("refuses bytes of a reading before the last", () => {
  const answer = lentAnswer(LONG);
  countReading(1);
  expect(() => answer.bytes).toThrow("over");
  expect(() => decodeObject(answer, String)).toThrow("over");
});

it("takes no bytes of elsewhere for a reading, none that fill it, and none before others", () => {
  countReading(10);
  expect(closedReading(Buffer.from(LONG), 0, 10)).toBeUndefined();
  expect(closedReading(readBytes, 0, 9)).toBeUndefined();
  expect(closedReading(readBytes, 0, 10)).toBeDefined();
  countReading(readBytes.length);
  expect(closedReading(readBytes, 0, readBytes.length)).toBeUndefined();
});

it("has areas of which each belongs to one", () => {
  const taken: Buffer[] = [];
  for (let area = takeArea(1000); area !== undefined; area = takeArea(1000)) taken.push(area);
  expect(taken.length).toBeGreaterThan(4);
  const places = taken.map((area) => area.byteOffset).sort((a, b) => a - b);
  places.reduce(
    (before, place) => {
      expect(place - before).toBeGreaterThanOrEqual(taken[0]!.length);
      return place;
    },
    readBytes.byteOffset + readBytes.length - taken[0]!.length,
  );
  expect(new Collected(50_000, true).isLent).toBe(false);
  for (const area of taken) giveBackArea(area);
  expect(takeArea(taken[0]!.length + 1)).toBeUndefined();
  const collected = new Collected(50_000, true);
  expect(collected.isLent).toBe(true);
  collected.giveBack();
});

it("puts pieces together in an area, or outside where they outgrow it", () => {
  for (const pieces of [1, 3, 200, 300]) {
    const collected = new Collected(4096, true);
    const piece = Buffer.alloc(1000);
    for (let index = 0; index < pieces; index++) collected.add(piece.fill(index % 251), 0, 1000);
    expect(collected.isLent).toBe(pieces === 200);
    const whole = collected.finish();
    expect(whole.length).toBe(pieces * 1000 + 1);
    expect(whole.at(-1)).toBe(0);
    for (let index = 0; index < pieces; index++) expect(whole[index * 1000 + 999]).toBe(index % 251);
    collected.giveBack();
  }
});
