// Requests that the server itself refuses, with the texts of Go's server [Go net/http server.go].

export interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly body: string;
}

/** The body is the status line, and what is said after it. */
function refusal(line: string, detail = ""): Refusal {
  return { status: Number(line.slice(0, 3)), reason: line.slice(4), body: `${line}${detail}` };
}

export const BAD_REQUEST: Refusal = refusal("400 Bad Request");
export const BAD_FIELD_NAME: Refusal = refusal("400 Bad Request", ": invalid header name");
export const MISSING_HOST: Refusal = refusal("400 Bad Request", ": missing required Host header");
export const MALFORMED_HOST: Refusal = refusal("400 Bad Request", ": malformed Host header");
export const TOO_LARGE: Refusal = refusal("431 Request Header Fields Too Large");
export const BAD_VERSION: Refusal = refusal(
  "505 HTTP Version Not Supported",
  ": unsupported protocol version",
);
export const UNKNOWN_CODING: Refusal = {
  status: 501,
  reason: "Not Implemented",
  body: "Unsupported transfer encoding",
};

/** The whole answer to a refused request. It ends with the connection. */
export function refusalText({ status, reason, body }: Refusal): string {
  return `HTTP/1.1 ${status} ${reason}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${body}`;
}
