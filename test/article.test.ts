// docs/article.md, done: every configuration is written, every command run, every answer compared, from top to bottom.
//
// What a fence says after its language: a name of a file (written), `serve` (goes on until the next one), `fails`
// (must end badly), `answer` (what the command before it printed), `log` (a part of what the server wrote). Ports and the
// names of services are replaced by what is free and by one mock of all services. docker and kubectl are stand-ins:
// test/support/image.ts builds the image that docker was told of, and kubectl.mjs validates manifests.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accepts, freePort } from "./support/gateway.js";
import { buildImage, removeImage } from "./support/image.js";

const root = resolve(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "gwc-article-"));
const bin = join(folder, "bin");
const work = join(folder, "work");

interface Fence {
  readonly line: number;
  readonly language: string;
  readonly role: string;
  readonly text: string;
}

function fencesOf(markdown: string): readonly Fence[] {
  return [...markdown.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    line: markdown.slice(0, match.index).split("\n").length,
    language: match[1]!,
    role: match[2]!.trim(),
    text: match[3]!,
  }));
}

const fences = fencesOf(readFileSync(join(root, "docs/article.md"), "utf8"));

const calls = new Map<string, number>();
const services: Readonly<Record<string, unknown>> = {
  "/users/7": { id: 7, name: "Ada" },
  "/users/7/orders": { total: 2 },
  "/users/7/preferences": { theme: "dark" },
  "/users/1": { id: 1 },
  "/users/2": { id: 2 },
  "/users/3": { id: 3 },
  "/products/1": { id: 1, name: "Lamp", price: 20, in_stock: true, supplier: "secret" },
  "/products/1/reviews/stats": { average_rating: 4.5, total_reviews: 12, flagged: 1 },
  "/search": { hits: [] },
  "/payment/process": { paid: true },
  "/stock/1": { in_stock: 3 },
};

/** All services of the article in one. */
function serveServices(): Promise<Server> {
  const server = createServer((request, response) => {
    const path = (request.url ?? "").replace(/\?.*/, "");
    const number = (calls.get(path) ?? 0) + 1;
    calls.set(path, number);
    if (path === "/inventory/reserve") return;
    const fails = path === "/recommendations" || (path === "/stock/1" && number < 3);
    response.writeHead(fails ? 503 : services[path] === undefined ? 404 : 200, {
      "Content-Type": "application/json",
    });
    response.end(JSON.stringify(services[path] ?? {}));
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

let backend: Server;
const ports = new Map<string, string>();

function here(text: string): string {
  const origin = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
  return text
    .replace(/http:\/\/[a-z]+-service:8000/g, origin)
    .replace(/localhost:(\d+)/g, "127.0.0.1:$1")
    .replace(/\b(?:8080|8090|9091)\b/g, (port) => ports.get(port) ?? port);
}

function tool(name: string, script: string): void {
  writeFileSync(join(bin, name), script);
  chmodSync(join(bin, name), 0o755);
}

const environment = {
  ...process.env,
  PATH: `${bin}:${process.env.PATH}`,
  KUBECTL_STATE: join(folder, "cluster.json"),
  DOCKER_STATE: join(folder, "images"),
  NO_COLOR: "1",
};

beforeAll(async () => {
  backend = await serveServices();
  for (const port of ["8080", "8090", "9091"]) ports.set(port, String(await freePort()));
  mkdirSync(bin);
  mkdirSync(work);
  tool("gwc", `#!/bin/sh\nexec "${process.execPath}" "${join(root, "bin/gwc.js")}" "$@"\n`);
  tool(
    "kubectl",
    `#!/bin/sh\nexec "${process.execPath}" "${join(root, "test/support/article-tools/kubectl.mjs")}" "$@"\n`,
  );
  tool(
    "docker",
    '#!/bin/sh\n[ "$1 $2" = "build -t" ] && [ -f "$4/Dockerfile" ] && echo "$3 $4" >> "$DOCKER_STATE"\n',
  );
});

let serving: { readonly child: ChildProcess; readonly ended: Promise<unknown>; log: string } | undefined;

async function stop(): Promise<void> {
  if (serving === undefined) return;
  serving.child.kill("SIGTERM");
  await serving.ended;
  serving = undefined;
}

async function serve(command: string): Promise<void> {
  await stop();
  const child = spawn("bash", ["-c", `exec ${command.trim()}`], { cwd: work, env: environment });
  const ended = new Promise((done) => child.on("exit", done));
  const started = { child, ended, log: "" };
  serving = started;
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (bytes: Buffer) => {
      started.log += bytes.toString("utf8");
    });
  for (let tries = 0; tries < 2000 && child.exitCode === null; tries += 1) {
    if (await accepts(Number(ports.get("8080")))) return;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error(`does not listen: ${started.log}`);
}

/** What a command printed; `undefined` status is as bad as any but 0. */
function run(
  command: string,
): Promise<{ readonly status: number | null; readonly out: string; readonly err: string }> {
  const child = spawn("bash", ["-e", "-o", "pipefail", "-c", command], { cwd: work, env: environment });
  let out = "";
  let err = "";
  child.stdout.on("data", (bytes: Buffer) => {
    out += bytes.toString("utf8");
  });
  child.stderr.on("data", (bytes: Buffer) => {
    err += bytes.toString("utf8");
  });
  return new Promise((done) => child.on("close", (status) => done({ status, out, err })));
}

afterAll(async () => {
  await stop();
  backend.closeAllConnections();
  backend.close();
  rmSync(folder, { recursive: true, force: true });
});

const plain = (text: string): string => text.replaceAll("\r", "").trimEnd();

describe("the article", () => {
  let printed = "";
  it.each(fences.map((fence) => [`line ${fence.line}: ${fence.language} ${fence.role}`, fence] as const))(
    "%s",
    async (_name, { language, role, text }) => {
      if (role === "answer") expect(plain(printed)).toBe(plain(text));
      else if (role === "log") expect(serving?.log).toContain(text.trim());
      else if (language === "json") writeFileSync(join(work, role), here(text));
      else if (role === "serve") await serve(here(text));
      else {
        expect(["", "fails"]).toContain(role);
        const { status, out, err } = await run(here(text));
        expect(status === 0, `${out}${err}`).toBe(role === "");
        printed = out;
      }
    },
    60_000,
  );

  it("has a configuration for each of its chapters, and nothing that is not run", () => {
    expect(fences.filter(({ language }) => !["bash", "json", "text"].includes(language))).toEqual([]);
    const configurations = fences.filter(({ role }) => role.endsWith(".json"));
    expect(configurations.length).toBeGreaterThanOrEqual(8);
    for (const { role } of configurations.filter(({ role }) => role !== "misspelt.json"))
      expect(fences.some(({ language, text }) => language === "bash" && text.includes(role))).toBe(true);
  });

  it("called no service more often than it says", () => {
    expect(calls.get("/recommendations")).toBe(5);
    expect(calls.get("/stock/1")).toBe(3);
    expect(calls.get("/search")).toBeLessThan(40);
    expect(calls.get("/payment/process")).toBe(2);
  });

  it("left in the cluster what it says: three pods at least, and the configuration that was put there last", () => {
    const cluster = JSON.parse(readFileSync(join(folder, "cluster.json"), "utf8")) as Record<
      string,
      { readonly data: Readonly<Record<string, string>>; readonly spec: Readonly<Record<string, unknown>> }
    >;
    expect(cluster["api-gateway HorizontalPodAutoscaler krakend"]?.spec.minReplicas).toBe(3);
    expect(cluster["api-gateway ConfigMap krakend-config"]?.data["krakend.json"]).toBe(
      readFileSync(join(work, "summary.json"), "utf8"),
    );
    expect(cluster).toHaveProperty("restarted krakend");
  });

  it("built images that hold what it says", () => {
    const images = readFileSync(join(folder, "images"), "utf8").trim().split("\n");
    expect(images).toEqual(["example.com/krakend:1 image", "example.com/gwc:1 compiler"]);
    for (const [context, file] of [
      ["image", "gateway/gateway.cjs"],
      ["compiler", "opt/gwc/bin/gwc.js"],
    ] as const) {
      const image = buildImage(join(work, context));
      expect(existsSync(join(image.root, file))).toBe(true);
      removeImage(image);
    }
  });
});

// Whoever cannot run curl cannot read the article either.
if (spawnSync("curl", ["--version"]).status !== 0)
  throw new Error("the article is run with curl, which is not installed");
