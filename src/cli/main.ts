// The command line: arguments in, exit code out.
import { Command, CommanderError, Option } from "commander";
import { version } from "../version.js";

/** 0 clean, 1 the configuration has errors, 2 bad usage or unreadable file, 70 a bug in gwc. */
const BUG = 70;
const USAGE = 2;

function compatOption(): Option {
  return new Option(
    "--compat <gateway>",
    "start where that gateway starts, and do without what it does without",
  ).choices(["krakend"]);
}

function program(): Command {
  const gwc = new Command("gwc")
    .description("Compiles a KrakenD v3 configuration into one specialised Node server file.")
    .version(version)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });
  for (const add of [addBuild, addCheck, addRun, addExplain]) add(gwc);
  for (const command of gwc.commands) command.exitOverride();
  return gwc;
}

const CONFIG = "the configuration: JSON, or YAML or TOML by its name";

function addBuild(gwc: Command): void {
  gwc
    .command("build")
    .description("compile a configuration into a server file")
    .argument("<config>", CONFIG)
    .option("-o, --output <file>", "the server file", "gateway.cjs")
    .option("--emit <dir>", "also write the generated TypeScript program")
    .option("--minify", "make the server file small", false)
    .option("--sourcemap", "write a source map beside the server file", false)
    .option("--json", "report as JSON what was built", false)
    .addOption(
      new Option("--docker [dir]", "also write a Dockerfile and what goes into the image").preset("docker"),
    )
    .addOption(new Option("--k8s [dir]", "also write manifests for Kubernetes").preset("k8s"))
    .option("--configmap", "ship the configuration in a ConfigMap, to be compiled when a pod starts", false)
    .option("--image <reference>", "the image that the manifests name")
    .option("-q, --quiet", "report in one line what was built", false)
    .addOption(compatOption())
    .action(async (config: string, options) => {
      process.exitCode = await (await import("./build.js")).build(config, options);
    });
}

function addCheck(gwc: Command): void {
  const format = new Option("--format <format>", "form of the report").choices(["pretty", "json", "github"]);
  gwc
    .command("check")
    .description("report every fault of a configuration")
    .argument("<config>", CONFIG)
    .addOption(format.default("pretty"))
    .option("--strict", "warnings count as errors", false)
    .addOption(compatOption())
    .action(async (config: string, options) => {
      process.exitCode = (await import("./check.js")).checkCommand(config, options);
    });
}

function addRun(gwc: Command): void {
  gwc
    .command("run")
    .description("compile a configuration and serve it until SIGTERM or SIGINT")
    .requiredOption("-c, --config <config>", CONFIG)
    .option("-p, --port <port>", "listen here instead of the configured port", portArgument)
    .option("-w, --workers <count>", "threads that serve; without it one for each core", workersArgument)
    .option("--watch", "take a changed configuration over as soon as it is written", false)
    .option("-d, --debug", "serve the debug endpoint `/__debug/`", false)
    .addOption(compatOption())
    .action(async (options) => {
      process.exitCode = await (await import("./run.js")).run(options);
    });
}

function addExplain(gwc: Command): void {
  gwc
    .command("explain")
    .description("explain a diagnostic")
    .argument("<code>", "its code, such as route/conflict")
    .action(async (code: string) => {
      process.exitCode = (await import("./explain.js")).explain(code);
    });
}

function portArgument(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 0 && port <= 65535) return port;
  throw new CommanderError(USAGE, "gwc.port", `error: ${text} is not a port; ports go from 0 to 65535`);
}

function workersArgument(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= 256) return count;
  throw new CommanderError(USAGE, "gwc.workers", `error: ${text} is no number of threads; 1 to 256 are`);
}

// Whoever reads a report may stop reading it.
process.stdout.on("error", (fault: NodeJS.ErrnoException) => {
  if (fault.code !== "EPIPE") throw fault;
});

try {
  await program().parseAsync();
} catch (fault) {
  if (fault instanceof CommanderError) {
    if (fault.code.startsWith("gwc.")) process.stderr.write(`${fault.message}\n`);
    process.exitCode = fault.exitCode === 0 ? 0 : USAGE;
  } else {
    const text = fault instanceof Error ? fault.stack : String(fault);
    process.stderr.write(
      `${text}\nThis is a bug in gwc ${version}: please report it with the configuration.\n`,
    );
    process.exitCode = BUG;
  }
}
