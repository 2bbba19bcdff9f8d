// What an answer with a bad status becomes [lura transport/http/client/status.go].
import type { ByteString } from "./bytes.js";
import { headerOf } from "./forward.js";
import type { Members } from "./json/text.js";
import { quote } from "./json/text.js";
import { failed, incomplete, type Outcome } from "./outcome.js";
import type { Answer } from "./received-answer.js";
import { UpstreamError } from "./upstream-error.js";

/** Only these are success for a backend whose answer is decoded. */
export function isSuccess(answer: Answer): boolean {
  return answer.status === 200 || answer.status === 201;
}

/** The status in a text; `route` is `[GET /users/{{.Id}}]`. */
export function badStatus(answer: Answer, route: ByteString): Outcome<never> {
  return failed(new UpstreamError("status", `invalid status code ${answer.status} ${route}: ${answer.url}`));
}

/** `return_error_code`: status, body and content type of the backend. */
export function statusAsIs(answer: Answer): Outcome<never> {
  const type = headerOf(answer.headers, "content-type");
  return failed(new UpstreamError("status", answer.body, answer.status, type));
}

/** `return_error_details`: the failure as data under `error_<name>`; `key` is its canonical form. */
export function statusDetails(answer: Answer, key: ByteString): Outcome {
  return incomplete<Members>(`,"${key}":${detailsOf(answer)}`);
}

/** The same where data is kept under its keys. */
export function keyedStatusDetails(answer: Answer, key: ByteString): Outcome<Map<ByteString, string>> {
  return incomplete(new Map([[key, detailsOf(answer)]]));
}

function detailsOf(answer: Answer): string {
  const type = headerOf(answer.headers, "content-type") ?? "";
  const body = answer.body === "" ? "" : `,"http_body":${quote(answer.body)}`;
  const encoding = type === "" ? "" : `,"http_body_encoding":${quote(type)}`;
  return `{"http_status_code":${answer.status}${body}${encoding}}`;
}
