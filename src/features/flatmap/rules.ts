// What a filter may look like, and where it works.
import type { Report } from "../../diagnostics/diagnostic.js";
import { at, type Located, member } from "../../source/located.js";
import type { Site } from "../kit.js";
import { messages } from "./messages.js";
import { plan } from "./plan.js";

export function check(config: { readonly flatmap_filter?: unknown }, site: Site, report: Report): void {
  const node = at(site.block, "flatmap_filter");
  if (node === undefined || config.flatmap_filter === null) return;
  if (node.kind !== "array") {
    report(messages.say("flatmap/not-a-list", node.span));
    return;
  }
  for (const entry of node.items) checkEntry(entry, report);
  if (plan(config.flatmap_filter) !== undefined) checkPlace(site, node, report);
}

function checkEntry(entry: Located, report: Report): void {
  const type = at(entry, "type");
  if (type?.kind !== "string") {
    report(messages.say("flatmap/no-type", entry.span));
    return;
  }
  const known = ["move", "del", "append"];
  if (!known.includes(type.value)) {
    report(messages.say("flatmap/unknown-type", type.span, { type: type.value }));
    return;
  }
  const args = at(entry, "args");
  if (args?.kind !== "array" || args.items.length === 0) {
    if (type.value === "del") report(messages.say("flatmap/nothing-to-delete", (args ?? entry).span));
    else report(messages.say("flatmap/arguments", (args ?? entry).span, { type: type.value }));
    return;
  }
  const texts = args.items.every((each) => each.kind === "string");
  if (!texts || (type.value !== "del" && args.items.length < 2))
    report(messages.say("flatmap/arguments", args.span, { type: type.value }));
  else if (type.value !== "del" && args.items.length > 2)
    report(messages.say("flatmap/extra-arguments", args.items[2]!.span, { type: type.value }));
}

function checkPlace(site: Site, node: Located, report: Report): void {
  if (site.stage === "proxy") {
    if (site.backendCount === 1) report(messages.say("flatmap/one-backend", node.span));
    return;
  }
  const encoding = at(site.owner, "encoding");
  if (site.output === "no-op" || (encoding?.kind === "string" && encoding.value.toLowerCase() === "no-op")) {
    report(messages.say("flatmap/no-op", node.span));
    return;
  }
  for (const key of ["allow", "deny", "mapping"]) {
    const found = member(site.owner, key);
    if (found !== undefined && !isEmpty(found.value))
      report(messages.say("flatmap/filters-ignored", found.keySpan, { key }));
  }
}

function isEmpty(node: Located): boolean {
  if (node.kind === "array") return node.items.length === 0;
  return node.kind === "object" ? node.members.length === 0 : node.kind === "null";
}
