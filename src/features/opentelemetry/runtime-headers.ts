// Headers in spans; ships where a layer asks for them. [krakend-otel http/server/traces.go, lura/proxy_tracer.go]
import type { Exchange, FlatHeaders } from "../../runtime/exchange.js";
import { forwardAll, forwardUserAgent, USER_AGENT } from "../../runtime/forward.js";
import type { SpanValues } from "./runtime-otlp.js";
import type { Trace } from "./runtime-trace.js";

/** What one layer tells of headers: all but those it is told to leave out; names in lower case. */
export class HeaderReport {
  readonly #skipped: ReadonlySet<string>;

  constructor(...skipped: readonly string[]) {
    this.#skipped = new Set(skipped);
  }

  ofRequest(headers: FlatHeaders): SpanValues {
    // Go takes the host out of the headers of a request.
    return this.#report("http.request.header.", headers, "host");
  }

  ofAnswer(headers: FlatHeaders): SpanValues {
    return this.#report("http.response.header.", headers);
  }

  #report(prefix: string, headers: FlatHeaders, hidden?: string): SpanValues {
    const found = new Map<string, string[]>();
    for (let index = 0; index < headers.length; index += 2) {
      const lower = headers[index]!.toLowerCase();
      if (lower === hidden || this.#skipped.has(lower)) continue;
      const values = found.get(prefix + lower);
      if (values === undefined) found.set(prefix + lower, [headers[index + 1]!]);
      else values.push(headers[index + 1]!);
    }
    return Object.fromEntries(found);
  }

  /** Keeps what the client is answered, for the end of the request. */
  keepReply(x: Exchange, trace: Trace): void {
    const { send, stream } = x;
    const keep = (headers: FlatHeaders): void => {
      trace.replyHeaders ??= [...(x.added ?? []), ...headers];
    };
    x.send = (status, headers, body) => {
      keep(headers);
      send.call(x, status, headers, body);
    };
    x.stream = (status, headers) => {
      keep(headers);
      return stream.call(x, status, headers);
    };
  }
}

/**
 * The headers with which a request comes to the backends together, before each takes its own; names
 * in lower case, none: the Content-Type. [lura router/gin/endpoint.go NewRequest]
 */
export function passedHeaders(...names: readonly string[]): (x: Exchange) => FlatHeaders {
  const all = names.includes("*");
  const offered = names.length === 0 ? ["content-type"] : names;
  return (x) => {
    const headers = ["X-Forwarded-For", x.clientIp, "X-Forwarded-Host", x.host];
    if (all || offered.includes("user-agent")) forwardUserAgent(x, headers, true);
    else headers.push("User-Agent", USER_AGENT);
    if (all) forwardAll(x, headers);
    else for (const name of offered) if (name !== "user-agent") x.copyHeader(headers, name, name);
    return headers;
  };
}
