// Encodings that ship only where they are used: each is a module of its own, `gwc/encoding/<name>`.

import type { Attached, Endpoint, OutputEncoding } from "../model/model.js";
import { byteLiteral, type Code, code, join, runtime, runtimeOf, typeRef } from "./code.js";
import { canonicalKey, plainKey } from "./keys.js";

type Exports<Module> = { readonly [Name in keyof Module]: Code };

/** The decoder of XML. */
export const xml: Exports<typeof import("../runtime/encoding/xml.js")> = runtimeOf("gwc/encoding/xml");

/** The decoder of feeds. */
export const feed: Exports<typeof import("../runtime/encoding/feed.js")> = runtimeOf("gwc/encoding/feed");

const xmlOutput: Exports<typeof import("../runtime/encoding/xml-output.js")> =
  runtimeOf("gwc/encoding/xml-output");
const yamlOutput: Exports<typeof import("../runtime/encoding/yaml-output.js")> =
  runtimeOf("gwc/encoding/yaml-output");
const negotiatedOutput: Exports<typeof import("../runtime/encoding/negotiated-output.js")> = runtimeOf(
  "gwc/encoding/negotiated-output",
);

/** What writes the data of an endpoint; a `no-op` one has no data. */
export function replyWith(output: Exclude<OutputEncoding, "no-op">): Code {
  switch (output) {
    case "json":
      return runtime.replyJson;
    case "json-collection":
      return runtime.replyCollection;
    case "string":
      return runtime.replyString;
    case "xml":
      return xmlOutput.replyXml;
    case "yaml":
      return yamlOutput.replyYaml;
    case "negotiate":
      return negotiatedOutput.replyNegotiated;
  }
}

/** The type of the constant that holds it. */
export const GO_TYPES: Code = typeRef("gwc/encoding/go-types", "GoTypes");

/**
 * What writers of XML and YAML must know of values that KrakenD does not hold as JSON; undefined:
 * nothing. [encoding/go-types.ts]
 */
export function goTypes(endpoint: Endpoint): Code | undefined {
  if (!["xml", "yaml", "negotiate"].includes(endpoint.output)) return undefined;
  const keys = (all: readonly string[]): Code =>
    code`[${join(
      [...new Set(all)].map((key) => byteLiteral(plainKey(key))),
      ", ",
    )}]`;
  const details = endpoint.backends.flatMap(({ rooms }) => rooms.flatMap(addedKeys));
  const groups = endpoint.backends.flatMap(({ shape }) => (shape.group === undefined ? [] : [shape.group]));
  const parts = [
    ...(details.length > 0 ? [code`details: ${keys(details)}`] : []),
    ...(groups.length > 0 && endpoint.output !== "xml"
      ? [code`groups: ${keys(groups.map(canonicalKey))}`]
      : []),
  ];
  return parts.length === 0 ? undefined : code`{ ${join(parts, ", ")} }`;
}

function addedKeys({ feature, plan }: Attached): readonly string[] {
  return feature.addedKeys?.(plan) ?? [];
}

/** Whether one key of the data is sent, and not the whole of it. */
export function sendsOneKey(output: OutputEncoding): boolean {
  return output === "json-collection" || output === "string";
}
