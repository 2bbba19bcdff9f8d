// What a route with `allow` does with a backend's JSON: the emitted reader walks the bytes and keeps slices;
// the slow twin parses, picks and prints.
import fs from "node:fs";
import path from "node:path";
import { loadConfig } from "../configs.mjs";
import { DOCUMENTS } from "../documents.mjs";
import { emit, load } from "../emitted.mjs";

const CASES = [
  { title: "697 bytes, 3 fields", document: "/user", route: "get-allow.ts", fields: ["email", "id", "name"] },
  { title: "88 kB, 2 fields", document: "/report", route: "get-report.ts", fields: ["id", "state"] },
];

/** The reader of a route's backend, which its module keeps to itself. */
async function readerOf(program, route) {
  const text = fs.readFileSync(path.join(program, "routes", route), "utf8");
  const name = /^function (read\w+)\(/m.exec(text)?.[1];
  if (name === undefined || !text.includes(`decodeObject(answer, ${name})`))
    throw new Error(`${route} does not read its backend's answer by decodeObject: mend this benchmark`);
  const source = `import { decodeObject, document } from "gwc/runtime";
${fs.readFileSync(path.join(program, "routes", route), "utf8").replaceAll('"../', '"./')}
export const work = (answer) => document(decodeObject(answer, ${name}));`;
  return (await load(program, source)).work;
}

async function pairOf(program, { title, document, route, fields }) {
  const read = await readerOf(program, route);
  // As the upstream client hands it over: a string of bytes, and the bytes with a zero behind them.
  const bytes = Buffer.from(`${DOCUMENTS[document]}\0`);
  const answer = { body: bytes.latin1Slice(0, bytes.length - 1), bytes };
  const { body } = answer;
  const pick = (value) => Object.fromEntries(fields.map((name) => [name, value[name]]));
  const slow = `${title}: parse + pick + stringify`;
  return [
    { name: `${title}: slices`, twin: slow, bytes: body.length, work: () => read(answer) },
    { name: slow, bytes: body.length, work: () => JSON.stringify(pick(JSON.parse(body))) },
  ];
}

export default {
  about: "keeping a few fields of a backend's JSON",
  async prepare({ smallest }) {
    const program = emit(loadConfig({ port: 8080, documents: 8001, special: 8002 }));
    return (
      await Promise.all((smallest ? CASES.slice(0, 1) : CASES).map((each) => pairOf(program, each)))
    ).flat();
  },
};
