// Texts as YAML scalars, for what the generator of documents writes: no line ends but `\n`.
// [goccy/go-yaml token.IsNeedQuoted, ast.StringNode]

const WORDS = /^(?:null|true|false|y|yes|n|no|on|off)$/i;
const MIXED = /[a-z].*[A-Z]|^[A-Z]{2,}[a-z]|[A-Z].*[a-z].*[A-Z]/;

export function yamlScalar(text: string, pad: string, inList: boolean): string {
  if (isQuoted(text)) return JSON.stringify(text).replace(/[\u2028\u2029]/g, escapedUnit);
  if (!text.includes("\n")) return text;
  return block(text, pad, inList);
}

function isQuoted(text: string): boolean {
  if (text === "" || text === "-" || text === "~") return true;
  if (WORDS.test(text) && !MIXED.test(text)) return true;
  if (/^[*&[{}\],!|>%'"@ `]/.test(text) || /[: ]$/.test(text)) return true;
  if (/[#\\]|: |- /.test(text)) return true;
  return isNumber(text) || isDate(text);
}

function isNumber(text: string): boolean {
  if (/^[+-]?(?:0|[1-9]\d*)$/.test(text) || /^[+-]?0[0-7]+$/.test(text)) return true;
  return /^[+-]?\d*\.\d*(?:[eE][+-]?\d+)?$/.test(text) && /\d/.test(text);
}

function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?Z)?$/.test(text) || /^\d\d?:\d\d$/.test(text);
}

function escapedUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16)}`;
}

/** Lines under a mark, which says whether the last one ended. */
function block(text: string, pad: string, inList: boolean): string {
  const mark = text.endsWith("\n\n") ? "|+" : text.endsWith("\n") ? "|" : "|-";
  const lines = text.split("\n");
  if (text.endsWith("\n")) lines.pop();
  return [mark, ...lines.map((line) => (line === "" && inList ? "" : pad + line))].join("\n");
}
