// What every part of the resolution needs, and how rooms are put in their places.
import type { Block, BlockReader } from "../config/blocks.js";
import type { LateValues } from "../config/late.js";
import type { Report } from "../diagnostics/diagnostic.js";
import type { Site } from "../features/kit.js";
import { at, type Located } from "../source/located.js";
import type { SourceText } from "../source/text.js";
import type { Attached } from "./model.js";
import { booleanAt, whereOf } from "./read.js";

/** What every part of the resolution needs. */
export interface Resolution {
  readonly root: Located;
  readonly file: SourceText;
  readonly compat: boolean;
  /** Serve the debug endpoint, whatever the configuration says. */
  readonly debug?: boolean;
  readonly blocks: BlockReader;
  /** The rooms of the service, for what stands below it. */
  readonly above?: readonly Attached[];
  readonly late: LateValues;
  readonly report: Report;
}

/** Gives blocks their place, lets the rooms check them, and plans them. */
export function attach(
  resolution: Resolution,
  blocks: readonly Block[],
  place: Pick<
    Site,
    "owner" | "label" | "params" | "backendCount" | "output" | "timeoutMs" | "hosts" | "method"
  >,
): readonly Attached[] {
  const beside = [...new Set(blocks.map(({ namespace }) => namespace))];
  const tls = at(resolution.root, "tls");
  const overTls = tls !== undefined && !booleanAt(tls, "disabled");
  return blocks.flatMap((block) => {
    const site: Site = {
      ...place,
      stage: block.stage,
      beside,
      service: resolution.above?.find(({ site }) => site.namespace === block.namespace)?.plan,
      compat: resolution.compat,
      overTls,
      namespace: block.namespace,
      block: block.node,
      keySpan: block.keySpan,
      where: whereOf(block.keySpan, resolution.file),
    };
    // A value that does not fit counts as absent in `config`; that it is missing need not be said.
    const report: Report = (diagnostic) => {
      const repeated = block.faulty.some((key) => diagnostic.message.includes(`\`${key}\``));
      if (!repeated) resolution.report(diagnostic);
    };
    if (block.config !== undefined) block.feature.check?.(block.config, site, report);
    const plan: unknown = block.feature.plan(block.config, site);
    return plan === undefined ? [] : [{ feature: block.feature, stage: block.stage, plan, site }];
  });
}

/** The blocks of an endpoint or a backend. */
export function blocksOf(
  { blocks, above }: Resolution,
  node: Located,
  level: "endpoint" | "backend",
): readonly Block[] {
  return blocks.read(at(node, "extra_config"), level, above);
}
