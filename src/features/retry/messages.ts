// What can be wrong with a `gwc/retry` block.
import { defineMessages } from "../../diagnostics/messages.js";

export const messages = defineMessages({
  "retry/unsafe-method": {
    severity: "error",
    sentence: "a backend of {method} is not called again: the first call may have had its effect",
    hint: "set `unsafe_methods` to true if the backend can tell that a call is a repeated one, or delete the block",
    krakend: "does not know this block, and calls once",
    explain:
      "GET, HEAD, OPTIONS, PUT and DELETE may be sent twice without another effect [RFC 9110 9.2.2]. A second POST may order twice. `unsafe_methods` says that the backend is prepared for it, for example by an idempotency key.",
    bad: '{ "url_pattern": "/orders", "method": "POST", "extra_config": { "gwc/retry": {} } }',
    good: '{ "url_pattern": "/orders", "method": "POST", "extra_config": { "gwc/retry": { "unsafe_methods": true } } }',
  },
  "retry/bad-duration": {
    severity: "error",
    sentence: "`{key}` is no duration above zero",
    hint: "write a number and a unit out of ns, us, ms, s, m, h: `50ms`",
    krakend: "does not know this block, and calls once",
    explain: "Waits and timeouts of retries are durations.",
    bad: '{ "gwc/retry": { "backoff": "50" } }',
    good: '{ "gwc/retry": { "backoff": "50ms" } }',
  },
  "retry/no-time": {
    severity: "warning",
    sentence: "`{key}` leaves no time for a second attempt: the endpoint has {timeout}",
    hint: "give less, or raise the `timeout` of the endpoint",
    krakend: "does not know this block, and calls once",
    explain:
      "Nothing is tried beyond the time of the endpoint, or of the backend where that is shorter: a wait that would go beyond it is not begun.",
    bad: '{ "endpoint": "/a", "timeout": "1s", "backend": [{ "url_pattern": "/a", "extra_config": { "gwc/retry": { "attempt_timeout": "1s" } } }] }',
    good: '{ "endpoint": "/a", "timeout": "1s", "backend": [{ "url_pattern": "/a", "extra_config": { "gwc/retry": { "attempt_timeout": "300ms" } } }] }',
  },
  "retry/nothing": {
    severity: "error",
    sentence: "there is nothing that would be tried again",
    hint: "list `failures` or `statuses`, or delete the block",
    krakend: "does not know this block, and calls once",
    explain: "With an empty list of failures and an empty list of statuses every outcome is final.",
    bad: '{ "gwc/retry": { "failures": [], "statuses": [] } }',
    good: '{ "gwc/retry": { "statuses": [503] } }',
  },
});
