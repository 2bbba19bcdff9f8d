// Encodings that ship only where they are used: each is a module of its own, `gwc/encoding/<name>`.

import type { OutputEncoding } from "../model/model.js";
import { type Code, runtime, runtimeOf } from "./code.js";

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

/** Whether one key of the data is sent, and not the whole of it. */
export function sendsOneKey(output: OutputEncoding): boolean {
  return output === "json-collection" || output === "string";
}
