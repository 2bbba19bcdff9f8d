// Calls of backends without a gateway around them.
import type { Exchange, RequestBody } from "../../src/runtime/exchange.js";
import type { Upstream } from "../../src/runtime/upstream.js";
import { UpstreamError } from "../../src/runtime/upstream-error.js";

export interface Asked {
  readonly method?: string;
  readonly headers?: readonly string[];
  readonly body?: RequestBody;
  readonly timeoutMs?: number;
}

/** A client that waits, until it leaves. */
export class Client {
  readonly #listeners = new Set<() => void>();

  get exchange(): Exchange {
    const onGone = (listener: () => void): (() => void) => {
      this.#listeners.add(listener);
      return () => this.#listeners.delete(listener);
    };
    return { onGone } as unknown as Exchange;
  }

  leave(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** The body of the answer, or the text of the failure. */
export async function ask(
  upstream: Upstream,
  target: string,
  asked: Asked = {},
  client = new Client(),
): Promise<string> {
  const { method = "GET", headers = [], body, timeoutMs = 3000 } = asked;
  const deadline = performance.now() + timeoutMs;
  const answer = await upstream.fetch(client.exchange, {
    method,
    target,
    headers: [...headers],
    body,
    deadline,
  });
  return answer instanceof UpstreamError ? answer.message : answer.body;
}
