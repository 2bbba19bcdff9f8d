// npm run vectors: src/runtime/json/vector-walk-code.ts from vector-walk.wat. `--check` fails where the
// one is not of the other.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import loadWabt from "wabt";

const folder = join(import.meta.dirname, "../src/runtime/json");
const source = join(folder, "vector-walk.wat");
const made = join(folder, "vector-walk-code.ts");

const wabt = await loadWabt();
const parsed = wabt.parseWat(source, readFileSync(source, "utf8"), { simd: true });
const code = Buffer.from(parsed.toBinary({}).buffer).toString("base64");
const lines = (code.match(/.{1,96}/g) ?? []).map((line) => `  "${line}",`);
const text = `// Made of vector-walk.wat by npm run vectors.

/** The program of the walk, in base64. */
export const VECTOR_WALK = [
${lines.join("\n")}
].join("");
`;

if (!process.argv.includes("--check")) writeFileSync(made, text);
else if (readFileSync(made, "utf8") !== text) {
  console.error("vector-walk-code.ts is not of vector-walk.wat: npm run vectors");
  process.exit(1);
}
