// Says what a bare word in a JSON text was probably meant to be.
import { type FaultExtras, type JsonFaultCode, type JsonFaults, quoted } from "./json-fault.js";
import type { Located } from "./located.js";
import type { SourceText } from "./text.js";

type Reading = readonly [code: JsonFaultCode, message: string, hint: string];

/** Reports a bare word that stands where a value should, and reads it as what it was meant to be. */
export function readWord(source: SourceText, start: number, end: number, faults: JsonFaults): Located {
  const word = source.text.slice(start, end);
  const [code, message, hint] = explain(word);
  const extras: FaultExtras = { hint };
  faults.report(code, start, end, message, extras);
  const span = source.span(start, end);
  if (/^(?:true|false)$/i.test(word)) return { kind: "boolean", span, value: word.toLowerCase() === "true" };
  if (/^(?:null|none|nil|undefined)$/i.test(word)) return { kind: "null", span };
  const value = Number(word.replaceAll("_", ""));
  if (code === "bad-number" && Number.isFinite(value)) return { kind: "number", span, value, lexeme: word };
  return { kind: "string", span, value: word };
}

function explain(word: string): Reading {
  const shown = quoted(word);
  if (/^(?:true|false|null)$/i.test(word)) {
    return ["bare-word", `${shown} is not in lower case`, `write \`${word.toLowerCase()}\``];
  }
  if (/^(?:none|nil|undefined)$/i.test(word))
    return ["bare-word", `${shown} is not a JSON value`, "write `null`"];
  if (/^[+-]?(?:nan|inf|infinity)$/i.test(word)) {
    return ["bad-number", `${shown} is not a number of JSON`, "write a finite number"];
  }
  if (/^[+-]?\.?\d/.test(word) || word === "-") return explainNumber(word, shown);
  return ["bare-word", `${shown} is not a JSON value`, "put strings in double quotes"];
}

function explainNumber(word: string, shown: string): Reading {
  const say = (message: string, hint: string): Reading => ["bad-number", message, hint];
  const plain = word.replace(/^\+/, "").replaceAll("_", "");
  if (/^[+-]?0x[0-9a-f]+$/i.test(word))
    return say(`${shown} is a hexadecimal number`, `write \`${Number(plain)}\``);
  if (/^-?0\d+(?:\.\d+)?$/.test(plain)) {
    return say(`the number ${shown} has a leading zero`, `write \`${plain.replace(/^(-?)0+(?=\d)/, "$1")}\``);
  }
  if (/^[+]\d/.test(word)) return say(`the number ${shown} has a plus sign`, `write \`${plain}\``);
  if (/^-?\.\d/.test(plain)) {
    return say(`the number ${shown} has no digit before its point`, `write \`${plain.replace(".", "0.")}\``);
  }
  if (/^-?\d+\.(?!\d)/.test(plain)) {
    return say(`the number ${shown} has no digit after its point`, `write \`${plain.replace(".", ".0")}\``);
  }
  if (plain !== word && /^[\d.]+$/.test(plain))
    return say(`${shown} is not a number of JSON`, `write \`${plain}\``);
  return say(`${shown} is not a number of JSON`, "put strings in double quotes");
}
