// npm run docs: what can be written from the code itself. `--check` fails where it is not up to date.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { catalogue } from "../dist/catalogue.js";

const root = join(import.meta.dirname, "..");
const entries = Object.entries(catalogue).sort(([a], [b]) => (a < b ? -1 : 1));

/** Text inside a cell of a table. */
function cell(text) {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

function compatibility() {
  const rows = entries
    .filter(([, message]) => message.compat !== undefined)
    .map(
      ([code, message]) =>
        `| \`${code}\` | ${cell(message.sentence)} | ${cell(message.krakend)} | ${cell(message.compat)} |`,
    );
  return `# Compatibility with KrakenD

Written by \`npm run docs\` from the diagnostics themselves.

KrakenD starts with each of these configurations, and drops or changes something that was asked for. gwc refuses them.
With \`--compat krakend\` it warns and does as KrakenD does. Everything else is the same in both modes.

| diagnostic | the configuration | KrakenD | gwc with \`--compat krakend\` |
|---|---|---|---|
${rows.join("\n")}

One place differs without an error: with \`--compat krakend\` the \`timeout\` of a backend is ignored, as KrakenD ignores it
(\`backend/timeout-ignored\`), and \`maxErrors\` and \`logStatusChange\` of a circuit breaker are not read.
`;
}

function messages() {
  const parts = entries.map(([code, message]) => {
    const lines = [`## ${code}`, "", `${message.severity}: ${message.sentence}`, "", message.explain];
    if (message.hint !== undefined) lines.push("", `- hint: ${message.hint}`);
    if (message.krakend !== undefined)
      lines.push(`${message.hint === undefined ? "\n" : ""}- KrakenD: ${message.krakend}`);
    if (message.compat !== undefined) lines.push(`- with \`--compat krakend\`: ${message.compat}`);
    if (message.bad !== undefined) lines.push("", "```json", message.bad, "```");
    if (message.good !== undefined) lines.push("", "better:", "", "```json", message.good, "```");
    return lines.join("\n");
  });
  return `# Diagnostics\n\nWritten by \`npm run docs\`; \`gwc explain <code>\` prints the same.\n\n${parts.join("\n\n")}\n`;
}

const files = { "docs/compatibility.md": compatibility(), "docs/diagnostics.md": messages() };
let stale = 0;
for (const [path, text] of Object.entries(files)) {
  const file = join(root, path);
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  else if (readFileSync(file, "utf8") !== text) {
    console.log(`${path} is not up to date: run npm run docs`);
    stale += 1;
  }
}
process.exitCode = stale === 0 ? 0 : 1;
