// What goes on of a client's headers -> statements that gather it.
import type { ForwardPlan } from "../model/model.js";
import { type Code, code, join, runtime } from "./code.js";

/** `headers`: those of the client that go on, and the gateway's own. */
export function forwardCode(plan: ForwardPlan): readonly Code[] {
  const fixed: Code[] = [];
  if (plan.userAgent === "gateway") fixed.push(code`"User-Agent", ${runtime.USER_AGENT}`);
  // Go's client names itself where nobody else is named [Go net/http request.go].
  if (plan.userAgent === "none") fixed.push(code`"User-Agent", "Go-http-client/1.1"`);
  if (plan.forwardedFor) fixed.push(code`"X-Forwarded-For", x.clientIp`);
  if (plan.forwardedHost) fixed.push(code`"X-Forwarded-Host", x.host`);
  const statements = [code`const headers = [${join(fixed, ", ")}];`];
  if (plan.userAgent === "client") statements.push(code`${runtime.forwardUserAgent}(x, headers, true);`);
  if (plan.userAgent === "client without via")
    statements.push(code`${runtime.forwardUserAgent}(x, headers, false);`);
  if (plan.client === "all") return [...statements, code`${runtime.forwardAll}(x, headers);`];
  const listed = plan.client.map((name) =>
    name === "Cache-Control"
      ? code`${runtime.forwardCacheControl}(x, headers);`
      : code`${runtime.forward}(x, headers, ${name}, ${name.toLowerCase()});`,
  );
  return [...statements, ...listed];
}
