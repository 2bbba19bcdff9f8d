// The data of an answer as a document. [lura router/gin/render.go, krakend-xml, clbanning/mxj, goccy/go-yaml]
import { type Data, encodeUtf8, NilData, NumberText, printJson, sortedKeys, type Value } from "./json.js";
import { Details, Double, goText } from "./values.js";
import { yamlScalar } from "./yaml-scalar.js";

export interface Rendered {
  readonly type: string;
  /** Bytes. */
  readonly body: string;
}

const JSON_TYPE = "application/json; charset=utf-8";

/** `output` is one of the names that there are. */
export function render(output: string, data: Data | null, accept: string | undefined): Rendered {
  switch (output) {
    case "json-collection":
      return { type: JSON_TYPE, body: encodeUtf8(printJson(data?.get("collection") ?? missing(data))) };
    case "string": {
      const content = data?.get("content");
      return {
        type: "text/plain; charset=utf-8",
        body: typeof content === "string" ? encodeUtf8(content) : "",
      };
    }
    case "xml":
      return { type: "application/xml", body: encodeUtf8(xml(data ?? new Map())) };
    case "yaml":
      return { type: "application/yaml; charset=utf-8", body: encodeUtf8(`${yaml(data ?? new Map())}\n`) };
    case "negotiate":
      return render(negotiated(accept), data, accept);
    default:
      return { type: JSON_TYPE, body: encodeUtf8(printJson(data)) };
  }
}

/** Nothing under the key is a list without items, `null` under it is `null`. */
function missing(data: Data | null): Value {
  return data?.has("collection") === true ? null : [];
}

const OFFERS = [
  ["application/json", "json"],
  ["text/plain", "yaml"],
  ["application/xml", "xml"],
  ["application/x-yaml", "yaml"],
] as const;

/** [gin context.go NegotiateFormat] */
function negotiated(accept: string | undefined): string {
  const wishes = (accept ?? "").split(",").map((part) => part.split(";")[0]!.trim());
  for (const wish of wishes.filter((each) => each !== "")) {
    for (const [offer, output] of OFFERS) if (agrees(wish, offer)) return output;
  }
  return "json";
}

function agrees(wish: string, offer: string): boolean {
  for (let at = 0; at < wish.length && at < offer.length; at += 1) {
    if (wish[at] === "*" || offer[at] === "*") return true;
    if (wish[at] !== offer[at]) return false;
  }
  return wish.length <= offer.length;
}

// ---- XML ----

class Unprintable extends Error {}

function xml(data: Data): string {
  const [only] = data;
  const alone = data.size === 1 && only !== undefined;
  const named = alone && !(Array.isArray(only[1]) && !only[1].every((item) => item instanceof Map));
  try {
    return named ? element(only[0], only[1]) : element("doc", data);
  } catch (fault) {
    if (fault instanceof Unprintable) return "";
    throw fault;
  }
}

function element(name: string, value: Value): string {
  if (value instanceof Details) return tagged(name, escaped(structXml(value)));
  if (Array.isArray(value))
    return value.length === 0 ? `<${name}/>` : value.map((item) => element(name, item)).join("");
  if (value instanceof Map) return objectXml(name, value);
  return tagged(name, value === null ? "" : scalarXml(value));
}

function tagged(name: string, inside: string): string {
  return inside === "" ? `<${name}/>` : `<${name}>${inside}</${name}>`;
}

function objectXml(name: string, members: Data): string {
  const keys = sortedKeys(members);
  const isAttribute = (key: string): boolean => key.length > 1 && key.startsWith("-");
  const attributes = keys.filter(isAttribute).map((key) => {
    const value = members.get(key)!;
    if (value === null || Array.isArray(value) || value instanceof Map) throw new Unprintable();
    return ` ${key.slice(1)}="${scalarXml(value)}"`;
  });
  const start = `<${name}${attributes.join("")}`;
  if (attributes.length === keys.length) return `${start}/>`;
  const text = members.get("#text");
  const inner = keys.filter((key) => key !== "#text" && !isAttribute(key));
  const rest = inner.map((key) => element(key, members.get(key)!)).join("");
  return `${start}>${text === undefined ? "" : scalarXml(text)}${rest}</${name}>`;
}

function scalarXml(value: Value): string {
  return typeof value === "string" ? escaped(value) : goText(value);
}

function escaped(text: string): string {
  const marks: Record<string, string> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos" };
  return text.replace(/[&<>"']/g, (mark) => `&${marks[mark]};`);
}

/** Go's own XML of the struct, as text. */
function structXml(details: Details): string {
  const field = (key: string): string => {
    const value = details.get(key) ?? "";
    const text = value instanceof NumberText ? value.text : String(value);
    return text.replace(
      /[&<>"'\t\n\r]|[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g,
      (mark) => GO_MARKS[mark] ?? "\ufffd",
    );
  };
  const inside = `<Code>${field("http_status_code")}</Code><Msg>${field("http_body")}</Msg><Enc>${field("http_body_encoding")}</Enc>`;
  return `<NamedHTTPResponseError>${inside}</NamedHTTPResponseError>`;
}

const GO_MARKS: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&#34;",
  "'": "&#39;",
  "\t": "&#x9;",
  "\n": "&#xA;",
  "\r": "&#xD;",
};

// ---- YAML ----

/** The document without the line end at its end. */
function yaml(data: Data): string {
  return data.size === 0 ? "{}" : mapLines(data, "").join("\n");
}

function mapLines(data: Data, pad: string): string[] {
  return sortedKeys(data).flatMap((key) => {
    const value = data.get(key)!;
    const name = `${pad}${yamlScalar(key, pad, false)}:`;
    if (value instanceof Details)
      return [name, `${pad}  httpresponseerror:`, ...detailLines(value, `${pad}    `)];
    if (value instanceof Map && value.size > 0) return [name, ...mapLines(value, `${pad}  `)];
    if (Array.isArray(value) && value.length > 0) return [name, ...listLines(value, pad)];
    return `${name} ${scalarYaml(value, `${pad}  `, false)}`.split("\n");
  });
}

function listLines(items: readonly Value[], pad: string): string[] {
  return items.flatMap((item) => {
    const inner = `${pad}  `;
    const [head = "", ...rest] =
      item instanceof Map && item.size > 0
        ? mapLines(item, inner)
        : Array.isArray(item) && item.length > 0
          ? listLines(item, inner)
          : `${inner}${scalarYaml(item, inner, true)}`.split("\n");
    return [`${pad}- ${head.slice(inner.length)}`, ...rest];
  });
}

function detailLines(details: Details, pad: string): string[] {
  return [...details].map(([key, value]) => {
    const text = value instanceof NumberText ? value.text : yamlScalar(String(value), `${pad}  `, false);
    return `${pad}${key}: ${text}`;
  });
}

function scalarYaml(value: Value, pad: string, inList: boolean): string {
  if (value === null) return "null";
  if (value instanceof Double) return doubleText(Number(value.text));
  if (value instanceof NumberText) return yamlScalar(value.text, pad, inList);
  if (typeof value === "string") return yamlScalar(value, pad, inList);
  if (value instanceof NilData || value instanceof Map) return "{}";
  return Array.isArray(value) ? "[]" : String(value);
}

/** [Go strconv FormatFloat 'g', with a point] */
function doubleText(number: number): string {
  const size = Math.abs(number);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) {
    const [digits, power = ""] = number.toExponential().split("e");
    return `${digits}e${power[0]}${power.slice(1).padStart(2, "0")}`;
  }
  const plain = Object.is(number, -0) ? "-0" : String(number);
  return plain.includes(".") ? plain : `${plain}.0`;
}
