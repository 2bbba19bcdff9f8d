// The gateways that are compared: the one that gwc compiles, the interpreter, and any other by its command.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConfigRoot } from "../reference/config.js";
import { ReferenceGateway } from "../reference/gateway.js";
import { freePort, listening, startGateway } from "../support/gateway.js";
import { send } from "../support/http.js";
import type { CaseRequest } from "./case.js";
import type { Engine, Running } from "./play.js";
import type { Seen } from "./views.js";

/** gwc, as `gwc run --compat krakend` serves. */
export const compiled: Engine = {
  name: "gwc",
  async start(config): Promise<Running> {
    const gateway = await startGateway(config, true);
    return { ask: (request) => ask(gateway.port, request), stop: () => gateway.stop() };
  },
};

/** The interpreter, in this process. */
export const interpreted: Engine = {
  name: "interpreter",
  start(config): Promise<Running> {
    const gateway = new ReferenceGateway(config as ConfigRoot);
    const serve = ({ method, path, headers = {}, body }: CaseRequest): Promise<Seen> => {
      const bytes = (text: string): string => Buffer.from(text, "utf8").toString("latin1");
      const text = textOf(body);
      return gateway.answer({
        method,
        target: bytes(path),
        host: "127.0.0.1:1",
        headers: Object.entries(headers).map(([name, value]) => [name, bytes(value)]),
        body: text === undefined || text === "" ? undefined : bytes(text),
      });
    };
    return Promise.resolve({
      ask: async (request) => {
        const answer = await serve(request);
        return request.method === "HEAD" ? { ...answer, body: "" } : answer;
      },
      stop: () => Promise.resolve(),
    });
  },
};

function textOf(body: unknown): string | undefined {
  return body === undefined || typeof body === "string" ? body : JSON.stringify(body);
}

/** A gateway started by a command with `{config}` and `{port}` in it. */
export function commanded(command: string): Engine {
  return {
    name: command.split(" ", 1)[0] ?? "",
    async start(config): Promise<Running> {
      const port = await freePort();
      const folder = mkdtempSync(join(tmpdir(), "gwc-fuzz-"));
      const file = join(folder, "krakend.json");
      writeFileSync(file, JSON.stringify(config));
      const words = command
        .split(/\s+/)
        .map((word) => word.replace("{config}", file).replace("{port}", String(port)));
      const child = spawn(words[0]!, words.slice(1), { stdio: ["ignore", "pipe", "pipe"] });
      let log = "";
      for (const output of [child.stdout, child.stderr]) {
        output.on("data", (chunk: Buffer) => {
          log = (log + chunk.toString("latin1")).slice(-10_000);
        });
      }
      const exited = new Promise((resolve) => child.on("exit", resolve));
      await listening(port, child, () => log);
      const stop = async (): Promise<void> => {
        child.kill("SIGKILL");
        await exited;
        rmSync(folder, { recursive: true, force: true });
      };
      return { ask: (request) => ask(port, request), stop };
    },
  };
}

async function ask(port: number, request: CaseRequest): Promise<Seen> {
  const { status, headers, body } = await send(port, rawRequest(port, request), { timeoutMs: 8000 }).catch(
    () => ({
      status: 0,
      headers: [],
      body: Buffer.alloc(0),
    }),
  );
  return { status, headers, body: body.toString("latin1") };
}

function rawRequest(port: number, { method, path, headers = {}, body }: CaseRequest): Buffer {
  const text = textOf(body);
  const length = text === undefined ? {} : { "Content-Length": String(Buffer.byteLength(text)) };
  const lines = Object.entries({ Host: `127.0.0.1:${port}`, ...headers, ...length }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${text ?? ""}`, "utf8");
}
