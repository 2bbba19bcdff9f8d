// The head of a request to a backend.
import type { ByteString } from "../bytes.js";
import type { RequestBody } from "../exchange.js";
import type { Call, Transaction } from "../transaction.js";

const LINE_BREAK = /[\r\n\0]/;
const NO_TARGET = /[\x00-\x20\x7f]/;

/** What would begin a line of its own; undefined where there is nothing of that kind. */
export function unsendable(target: ByteString, headers: readonly ByteString[]): string | undefined {
  if (NO_TARGET.test(target)) return "net/url: invalid control character in URL";
  for (let index = 0; index < headers.length; index += 2) {
    if (!LINE_BREAK.test(headers[index + 1]!)) continue;
    return `net/http: invalid header field value for ${JSON.stringify(headers[index])}`;
  }
  return undefined;
}

/** Methods for which an absent body is said to be absent [Go net/http transfer.go]. */
function wantsLength(method: string): boolean {
  return method === "POST" || method === "PUT" || method === "PATCH";
}

/** Whether a body goes out in chunks [Go net/http transfer.go; lura proxy/http.go]. */
export function isChunked({ sized, resendsBody }: Call, { length }: RequestBody): boolean {
  return length === undefined || (length > 0 && sized !== true && resendsBody !== true);
}

function framing(call: Call, method: string): ByteString {
  const body = call.body as RequestBody | undefined;
  if (body === undefined) return wantsLength(method) ? "Content-Length: 0\r\n" : "";
  if (isChunked(call, body)) return "Transfer-Encoding: chunked\r\n";
  const length = body.length!;
  return length > 0 || wantsLength(method) ? `Content-Length: ${length}\r\n` : "";
}

/** The head of a transaction, its end included. */
export function requestText(transaction: Transaction): ByteString {
  const { call, origin, method } = transaction;
  const { headers } = call;
  let text = `${method} ${origin.beforeTarget}${call.target as ByteString}${origin.headLines}${call.fixed ?? ""}`;
  let asksEncoding = false;
  let asksRange = false;
  let authorized = false;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index]!;
    text += `${name}: ${headers[index + 1]}\r\n`;
    // Three names matter, of lengths that few others have.
    if (name.length === 15) asksEncoding ||= name.toLowerCase() === "accept-encoding";
    else if (name.length === 5) asksRange ||= name.toLowerCase() === "range";
    else if (name.length === 13) authorized ||= name.toLowerCase() === "authorization";
  }
  if (!authorized) text += origin.authorizationLine;
  text += framing(call, method);
  // The transport's own wish comes last, and only where nobody else has one [Go net/http transport.go].
  if (origin.compression && !asksEncoding && !asksRange && method !== "HEAD") {
    transaction.inflates = true;
    text += "Accept-Encoding: gzip\r\n";
  }
  return `${text}${origin.closeLine}\r\n`;
}
