// The images that `gwc build --docker` describes, built and started without an engine.
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accepts, freePort } from "../support/gateway.js";
import { send } from "../support/http.js";
import { buildImage, type Container, type Image, removeImage, startContainer } from "../support/image.js";
import { json, type MockUpstream, startUpstream } from "../support/mock-upstream.js";

const gwc = resolve(import.meta.dirname, "../../bin/gwc.js");
let folder: string;
let upstream: MockUpstream;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "gwc-docker-"));
  upstream = await startUpstream({ "/users/7": json({ id: 7 }) });
});
afterAll(async () => {
  await upstream.close();
  rmSync(folder, { recursive: true, force: true });
});

const config = {
  version: 3,
  name: "Shop API",
  port: "${env:PORT:-8080}",
  extra_config: { "telemetry/metrics": { listen_address: ":8090" } },
  endpoints: [
    { endpoint: "/users/{id}", backend: [{ url_pattern: "/users/{id}", host: ["${env:USERS_URL}"] }] },
  ],
};

function build(...args: readonly string[]): {
  readonly out: string;
  readonly err: string;
  readonly status: number | null;
} {
  writeFileSync(join(folder, "krakend.json"), JSON.stringify(config));
  const result = spawnSync(
    process.execPath,
    [gwc, "build", "krakend.json", "-o", "gateway.cjs", "-q", ...args],
    {
      cwd: folder,
      encoding: "utf8",
    },
  );
  return { out: result.stdout, err: result.stderr, status: result.status };
}

async function whenListening(port: number, container: Container): Promise<void> {
  for (let tries = 0; tries < 1500; tries += 1) {
    if (await accepts(port)) return;
    if (container.process.exitCode !== null) break;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error(`does not listen: ${container.log()}`);
}

/** Resident memory of a process and its children in MiB, shared pages by their share; 0 of one that has ended. */
function memoryMiB(pid: number): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").match(/\d+/g) ?? [];
    const own = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? "0";
    return Number(own) / 1024 + children.reduce((sum, child) => sum + memoryMiB(Number(child)), 0);
  } catch {
    return 0;
  }
}

function tree(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length));
}

describe("gwc build --docker", () => {
  let image: Image;
  beforeAll(() => {
    const { out, status } = build("--docker", "image");
    expect([status, out]).toEqual([
      0,
      expect.stringMatching(/^image: docker build -t shop-api:[0-9a-f]{12} image$/m),
    ]);
    image = buildImage(join(folder, "image"));
  });
  afterAll(() => removeImage(image));

  it("writes a folder that holds the server file and little else", () => {
    expect(readdirSync(join(folder, "image")).sort()).toEqual([".dockerignore", "Dockerfile", "gateway.cjs"]);
    expect(readFileSync(join(folder, "image/gateway.cjs"))).toEqual(
      readFileSync(join(folder, "gateway.cjs")),
    );
    expect(readFileSync(join(folder, "image/Dockerfile"), "utf8")).toContain(
      "# At start it needs USERS_URL.",
    );
  });

  it("describes an image with this one file, for a user who is not root, with the ports of the gateway", () => {
    expect(tree(image.root)).toEqual(["/gateway/gateway.cjs"]);
    expect(image).toMatchObject({ user: "node", ports: [8080, 8090], command: ["node", "gateway.cjs"] });
  });

  it("serves as another user, knows whether it is well, and ends when it is told to", async () => {
    const port = await freePort();
    const container = startContainer(image, { PORT: `${port}`, USERS_URL: upstream.url });
    await whenListening(port, container);
    // Who is not root stays who he is: the other user is then left to the engine.
    if (container.uid !== undefined)
      expect(readFileSync(`/proc/${container.process.pid}/status`, "utf8")).toMatch(/^Uid:\s+1000/m);
    expect((await send(port, { path: "/users/7" })).body.toString()).toBe('{"id":7}');
    expect(container.health()).toBe(0);
    expect(await container.stop()).toBe(0);
    expect(container.health()).toBe(1);
  });

  it("does not start without what it needs", async () => {
    const container = startContainer(image, {});
    const status = await new Promise((done) => container.process.on("exit", done));
    expect([status, container.log()]).toEqual([1, expect.stringContaining("USERS_URL is not set")]);
  });
});

describe("gwc build --docker --configmap", () => {
  let image: Image;
  beforeAll(() => {
    expect(build("--docker", "compiler", "--configmap").status).toBe(0);
    image = buildImage(join(folder, "compiler"));
  });
  afterAll(() => removeImage(image));

  it("describes an image with gwc, and without the configuration", () => {
    const files = tree(image.root).filter((path) => !path.includes("node_modules"));
    expect(files).toEqual(expect.arrayContaining(["/opt/gwc/bin/gwc.js", "/opt/gwc/src/runtime/serve.ts"]));
    expect(
      files.filter((path) => /krakend\.json|\.test\.|\/src\/(?:cli|features\/[^/]+\/feature)/.test(path)),
    ).toEqual([]);
    expect(readFileSync(join(folder, "compiler/Dockerfile"), "utf8")).toContain(
      "RUN npm install --omit=dev --ignore-scripts",
    );
  });

  it("compiles what is mounted when it starts, within the memory of the article", async () => {
    mkdirSync(join(image.root, "etc/krakend"), { recursive: true });
    writeFileSync(join(image.root, "etc/krakend/krakend.json"), JSON.stringify(config));
    const port = await freePort();
    const container = startContainer(image, { PORT: `${port}`, USERS_URL: upstream.url, HOME: "/" });
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, memoryMiB(container.process.pid!));
    }, 20);
    try {
      await whenListening(port, container);
    } finally {
      clearInterval(watch);
    }
    expect(peak).toBeGreaterThan(30);
    expect(peak).toBeLessThan(256);
    expect((await send(port, { path: "/users/7" })).body.toString()).toBe('{"id":7}');
    expect(container.health()).toBe(0);
    expect(await container.stop()).toBe(0);
  }, 60_000);
});

describe("shipping in a ConfigMap", () => {
  it("is refused where it would hold a template without its settings, or nothing is shipped", () => {
    const shipped = spawnSync(
      process.execPath,
      [gwc, "build", "krakend.json", "--k8s", "never", "--configmap"],
      {
        cwd: folder,
        encoding: "utf8",
        env: { ...process.env, FC_ENABLE: "1" },
      },
    );
    expect([shipped.status, shipped.stderr]).toEqual([2, expect.stringContaining("FC_OUT")]);
    expect(existsSync(join(folder, "never"))).toBe(false);
    expect(build("--configmap")).toMatchObject({
      status: 2,
      err: expect.stringContaining("--k8s") as string,
    });
  });
});
