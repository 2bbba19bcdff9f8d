// npm run docs: what can be written from the code itself. `--check` fails where it is not up to date.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { catalogue } from "../dist/catalogue.js";
import { lateForms } from "../dist/config/late.js";
import { pipe } from "../dist/features/pipe.js";
import { textOptions } from "../dist/text-options.js";

const root = join(import.meta.dirname, "..");
const entries = Object.entries(catalogue).sort(([a], [b]) => (a < b ? -1 : 1));

/** Text inside a cell of a table. */
function cell(text) {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

/** What only a configuration can say: in italics, or in angle marks where it stands in code. */
function withVariables(text) {
  const shown = text.replace(/`([^`]*)`|\{(\w+)\}/g, (_whole, code, name) =>
    code === undefined ? `*${name}*` : `\`${code.replace(/\{(\w+)\}/g, "\u2039$1\u203a")}\``,
  );
  return cell(shown);
}

const owners = {
  aggregation: "Several backends",
  backend: "Backends",
  config: "Keys, values and blocks",
  endpoint: "Endpoints",
  host: "Hosts",
};

function tables(rows) {
  const groups = new Set(rows.map(([code]) => code.split("/")[0]));
  return [...groups]
    .map((owner) => {
      const list = rows.filter(([code]) => code.startsWith(`${owner}/`));
      const lines = list.map(([code, ...cells]) => `| \`${code}\` | ${cells.join(" | ")} |`);
      const head = "| diagnostic | the configuration | KrakenD | gwc |\n|---|---|---|---|";
      return `### ${owners[owner] ?? `\`${owner}\``}\n\n${head}\n${lines.join("\n")}`;
    })
    .join("\n\n");
}

function rowsOf(field) {
  return entries
    .filter(([, message]) => message[field] !== undefined)
    .map(([code, message]) => [
      code,
      withVariables(message.sentence),
      withVariables(message.table ?? message.krakend ?? ""),
      cell(message[field]),
    ]);
}

function compatibility() {
  return `# Compatibility with KrakenD

Written by \`npm run docs\` from the diagnostics themselves. \u2039Names\u203a and *names* stand for what a configuration says.

## Refused, and tolerated with \`--compat krakend\`

KrakenD starts with each of these configurations, and drops or changes something that was asked for. gwc refuses them.
With \`--compat krakend\` it warns and does as KrakenD does: the last column says what. Everything else is the same in both modes.

${tables(rowsOf("compat"))}

Without an error these differ: with \`--compat krakend\` the \`timeout\` of a backend is ignored, as KrakenD ignores it
(\`backend/timeout-ignored\`), and \`maxErrors\` and \`logStatusChange\` of a circuit breaker are not read.

## Refused in both modes

KrakenD starts with these too, but gwc does not, with \`--compat krakend\` neither: the last column says why. Whatever else gwc
refuses, KrakenD refuses.

${tables(rowsOf("always"))}
`;
}

function messages() {
  const parts = entries.map(([code, message]) => {
    const lines = [`## ${code}`, "", `${message.severity}: ${message.sentence}`, "", message.explain];
    if (message.hint !== undefined) lines.push("", `- hint: ${message.hint}`);
    if (message.krakend !== undefined)
      lines.push(`${message.hint === undefined ? "\n" : ""}- KrakenD: ${message.krakend}`);
    if (message.compat !== undefined) lines.push(`- with \`--compat krakend\`: ${message.compat}`);
    if (message.always !== undefined)
      lines.push(`- with \`--compat krakend\`: refused all the same; ${message.always}`);
    if (message.bad !== undefined) lines.push("", "```json", message.bad, "```");
    if (message.good !== undefined) lines.push("", "better:", "", "```json", message.good, "```");
    return lines.join("\n");
  });
  return `# Diagnostics\n\nWritten by \`npm run docs\`; \`gwc explain <code>\` prints the same.\n\n${parts.join("\n\n")}\n`;
}

const kinds = {
  text: "any text",
  bytes: "any text",
  json: "any text; it becomes a text of JSON",
  host: "a host, cleaned as in a file; with `disable_host_sanitize` any text",
  port: "a port",
  address: "an IP address",
  duration: "a positive duration",
  timer: "a positive duration",
  pattern: "a regular expression",
  network: "an IP address or a network",
};

/** The part of docs/environment.md between the marks. */
function environment() {
  const options = textOptions(pipe);
  const at = options.filter(({ when }) => "atStart" in when);
  const fixed = options.filter(({ when }) => "atBuild" in when);
  const row = ({ owner, path }, text) => `| \`${owner}\` | \`${path}\` | ${cell(text)} |`;
  const starts = at.map((each) => row(each, kinds[each.when.atStart] ?? lateForms[each.when.atStart].wanted));
  const builds = fixed.map((each) => row(each, each.when.atBuild));
  const text = `### May come from the environment

| of | text | must be |
|---|---|---|
${starts.join("\n")}

### Decided at build

| of | text | because |
|---|---|---|
${builds.join("\n")}
`;
  const written = readFileSync(join(root, "docs/environment.md"), "utf8");
  const [before, , after] = written.split(/<!-- texts: written by npm run docs -->\n|<!-- end of texts -->/);
  return `${before}<!-- texts: written by npm run docs -->\n${text}<!-- end of texts -->${after}`;
}

const files = {
  "docs/environment.md": environment(),
  "docs/compatibility.md": compatibility(),
  "docs/diagnostics.md": messages(),
};
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
