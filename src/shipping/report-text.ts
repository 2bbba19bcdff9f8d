// A build report for people.
import type { Content } from "./contents.js";
import type { BackendReport, BuildReport, PortReport, RouteReport, Stone, VariableReport } from "./report.js";

/** Sections with a line for each thing; ends with a line end. */
export function printReport(report: BuildReport): string {
  const { configuration, output } = report;
  const sections = [
    [`sha256 ${output.sha256}`, `of ${configuration.file}, sha256 ${configuration.sha256}`],
    section("around all routes", stones(report.pipeline)),
    section("routes", report.routes.flatMap(routeLines)),
    section("holds", columns(report.contents.map(contentCells), "right")),
    section("environment", columns(report.environment.map(variableCells))),
    section("ports", columns(report.ports.map(portCells))),
    section("reads at start", report.files),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}

function stones(pipeline: readonly Stone[]): readonly string[] {
  return [...new Set(pipeline.map(({ namespace }) => namespace))];
}

function routeLines(route: RouteReport): readonly string[] {
  const timeout = route.timeoutMs === null ? "time of the environment" : `${route.timeoutMs} ms`;
  const held = stones(route.pipeline);
  return [
    `${route.method} ${route.path}   ${timeout}, ${route.output}   ${route.where}`,
    ...(held.length === 0 ? [] : [`  ${held.join(", ")}`]),
    ...route.backends.map((each) => `  ${backendLine(each)}`),
  ];
}

function backendLine(backend: BackendReport): string {
  const held = [
    ...(backend.shadow ? ["shadow"] : []),
    ...(backend.encoding === "json" ? [] : [backend.encoding]),
    ...(backend.timeoutMs === null ? [] : [`${backend.timeoutMs} ms`]),
    ...backend.shape,
    ...stones(backend.pipeline),
  ];
  const [host = "", ...others] = backend.hosts;
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  const what = held.length === 0 ? "" : `   ${held.join(", ")}`;
  return `${backend.method} ${host}${backend.path}${more}${what}`;
}

function contentCells({ name, bytes, namespaces, usedBy }: Content): readonly string[] {
  const why = usedBy === undefined ? namespaces : [`for ${usedBy.join(", ")}`];
  return [`${bytes}`, name, ...(why === undefined ? [] : [why.join(", ")])];
}

function variableCells({ name, required, defaults, kinds }: VariableReport): readonly string[] {
  const otherwise = defaults.length === 0 ? "read if set" : `${defaults.join(" or ")} where it is not set`;
  return [name, kinds.join(", "), required ? "needed" : otherwise];
}

function portCells({ port, name, address, protocol, path }: PortReport): readonly string[] {
  const where = path === null ? protocol : `${protocol} ${path}`;
  return [port === null ? "?" : `${port}`, name, where, ...(address === "" ? [] : [`on ${address}`])];
}

/** Cells under each other; the first column to the right for numbers. */
function columns(rows: readonly (readonly string[])[], first: "left" | "right" = "left"): readonly string[] {
  const widths = rows.reduce<readonly number[]>(
    (most, row) => row.map((cell, index) => Math.max(most[index] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        return index === 0 && first === "right" ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
}
