// Does what a Dockerfile says without an engine: a folder is the image, a process of another user the container.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const repository = resolve(import.meta.dirname, "../..");
/** Of `node` in Node's images. */
const NODE_USER = 1000;

export interface Image {
  /** The folder that stands for `/`. */
  readonly root: string;
  readonly workdir: string;
  readonly user: string;
  readonly ports: readonly number[];
  readonly command: readonly string[];
  readonly healthCheck: readonly string[];
}

export interface Container {
  readonly process: ChildProcess;
  /** Undefined: this process may not become another user. */
  readonly uid: number | undefined;
  log(): string;
  /** Exit code of the HEALTHCHECK. */
  health(): number | null;
  stop(): Promise<number | null>;
}

interface Stage {
  readonly root: string;
  workdir: string;
}

/** Builds the image of a folder. What `.dockerignore` keeps out cannot be copied. */
export function buildImage(context: string): Image {
  const whole = mkdtempSync(join(tmpdir(), "gwc-image-"));
  chmodSync(whole, 0o755);
  const stages = new Map<string, Stage>();
  const ignore = readFileSync(join(context, ".dockerignore"), "utf8").split("\n").filter(Boolean);
  const image: Record<string, unknown> = {};
  let stage: Stage = { root: whole, workdir: "/" };
  for (const line of readFileSync(join(context, "Dockerfile"), "utf8").split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [instruction = "", ...words] = line.split(" ");
    const rest = words.join(" ");
    if (instruction === "FROM") {
      stage = { root: join(whole, `stage${stages.size}`), workdir: "/" };
      stages.set(words[2] ?? "", stage);
      mkdirSync(stage.root);
    } else if (instruction === "WORKDIR") {
      stage.workdir = rest;
      mkdirSync(join(stage.root, rest), { recursive: true });
    } else if (instruction === "COPY") copy(words, stage, stages, context, ignore);
    else if (instruction === "RUN") install(rest, stage);
    else if (instruction === "USER") image.user = rest;
    else if (instruction === "EXPOSE") image.ports = words.map(Number);
    else if (instruction === "HEALTHCHECK")
      image.healthCheck = JSON.parse(rest.slice(rest.indexOf("CMD ") + 4));
    else if (instruction === "CMD") image.command = JSON.parse(rest);
    else throw new Error(`no such instruction: ${line}`);
  }
  return { ...(image as unknown as Image), root: stage.root, workdir: stage.workdir };
}

function copy(
  words: readonly string[],
  stage: Stage,
  stages: Map<string, Stage>,
  context: string,
  ignore: readonly string[],
): void {
  const from = words[0]?.startsWith("--from=") ? stages.get(words[0].slice("--from=".length)) : undefined;
  const [source = "", target = ""] = from === undefined ? words : words.slice(1);
  const name = source.split("/")[0] ?? "";
  if (from === undefined && !(ignore[0] === "*" && ignore.includes(`!${name}`)))
    throw new Error(`.dockerignore keeps ${source} out`);
  const to = join(stage.root, target.startsWith("/") ? target : join(stage.workdir, target));
  cpSync(
    join(from?.root ?? context, source),
    source.endsWith("/") || from !== undefined ? to : join(to, name),
    {
      recursive: true,
      verbatimSymlinks: true,
    },
  );
}

/** The packages of this repository stand in for `npm install`: tests ask no registry. */
function install(command: string, stage: Stage): void {
  if (!command.startsWith("npm install --omit=dev")) throw new Error(`cannot do: ${command}`);
  symlinkSync(join(repository, "node_modules"), join(stage.root, stage.workdir, "node_modules"));
}

/** Starts the image with nothing in its environment but what is given. */
export function startContainer(image: Image, environment: Readonly<Record<string, string>>): Container {
  const uid = otherUser();
  const [program, ...parameters] = image.command.map((word) => inside(image, word));
  const options = {
    cwd: join(image.root, image.workdir),
    env: { PATH: "/usr/bin:/bin", ...environment },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  };
  const child = spawn(program!, parameters, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (bytes: Buffer) => {
      log += bytes.toString("utf8");
    });
  const ended = new Promise<number | null>((done) => child.on("exit", (code) => done(code)));
  return {
    process: child,
    uid,
    log: () => log,
    health() {
      const [checker, ...words] = image.healthCheck.map((word) => inside(image, word));
      return spawnSync(checker!, words, { ...options, encoding: "utf8" }).status;
    },
    async stop() {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

export function removeImage({ root }: Image): void {
  rmSync(resolve(root, ".."), { recursive: true, force: true });
}

/** A path of the image on this machine. */
function inside(image: Image, word: string): string {
  if (word === "node") return process.execPath;
  return word.startsWith("/") ? join(image.root, word) : word;
}

/** Another user, where this process may become one, and that one may read the packages. */
function otherUser(): number | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const script = `require("node:fs").accessSync(${JSON.stringify(repository)}, ${constants.R_OK})`;
  accessSync(repository);
  const { status } = spawnSync(process.execPath, ["-e", script], { uid: NODE_USER, gid: NODE_USER });
  return status === 0 ? NODE_USER : undefined;
}
