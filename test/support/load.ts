// Load on a gateway: clients that ask again and again, each after its answer.
import http from "node:http";

export interface Load {
  /** How often each status came. */
  readonly statuses: Map<number, number>;
  /** How often each body came. */
  readonly bodies: Map<string, number>;
  /** Requests that got no answer, by their reason. */
  readonly failures: string[];
  /** Settles when so many more answers have come. */
  more(count: number): Promise<void>;
  /** Ends after the requests that are under way. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  readonly port: number;
  readonly path: string;
  readonly clients: number;
  /** Whether a client keeps its connection; else each request has one of its own. */
  readonly keepAlive: boolean;
  /** How many requests to send in all; without it until `stop`. */
  readonly most?: number;
}

export function startLoad(options: LoadOptions): Load {
  const state = { left: options.most ?? Number.POSITIVE_INFINITY, answers: 0 };
  const statuses = new Map<number, number>();
  const bodies = new Map<string, number>();
  const failures: string[] = [];
  const client = async (): Promise<void> => {
    const agent = new http.Agent({ keepAlive: options.keepAlive, maxSockets: 1 });
    while (state.left > 0) {
      state.left -= 1;
      const answer = await ask(options, agent);
      if (typeof answer === "string") failures.push(answer);
      else {
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        bodies.set(answer.body, (bodies.get(answer.body) ?? 0) + 1);
      }
      state.answers += 1;
    }
    agent.destroy();
  };
  const clients = Promise.all(Array.from({ length: options.clients }, client));
  return {
    statuses,
    bodies,
    failures,
    async more(count) {
      const enough = state.answers + count;
      while (state.answers < enough) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    async stop() {
      if (options.most === undefined) state.left = 0;
      await clients;
    },
  };
}

function ask(
  { port, path }: LoadOptions,
  agent: http.Agent,
): Promise<{ readonly status: number; readonly body: string } | string> {
  return new Promise((resolve) => {
    const request = http.get({ port, path, host: "127.0.0.1", agent, timeout: 10_000 }, (response) => {
      let body = "";
      response.setEncoding("latin1").on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", (fault) => resolve(fault.message));
    });
    request.on("timeout", () => request.destroy(new Error("no answer in 10 s")));
    request.on("error", (fault: NodeJS.ErrnoException) => resolve(fault.code ?? fault.message));
  });
}

/** Waits for something to come to pass, 15 s at most. */
export async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 15_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error("it did not come to pass within 15 s");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
