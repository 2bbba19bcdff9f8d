// What can be wrong with a `gwc/upstream` block.
import { defineMessages } from "../../diagnostics/messages.js";

export const messages = defineMessages({
  "upstream/unsafe-method": {
    severity: "warning",
    sentence: "`pipelining` has no effect: {method} is not sent behind other requests",
    hint: "delete the key",
    krakend: "does not know this block, and never sends a request behind another one",
    explain:
      "A request that was sent behind others is sent again when their connection breaks. Only GET, HEAD, OPTIONS and TRACE may be sent twice whatever happened [RFC 9110 9.2.2, RFC 9112 9.3.2].",
    bad: '{ "url_pattern": "/orders", "method": "POST", "extra_config": { "gwc/upstream": { "pipelining": true } } }',
    good: '{ "url_pattern": "/orders", "extra_config": { "gwc/upstream": { "pipelining": true } } }',
  },
  "upstream/no-op": {
    severity: "warning",
    sentence: "`pipelining` has no effect where the answer is handed on while it arrives",
    hint: "delete the key, or choose another `output_encoding` than `no-op`",
    krakend: "does not know this block, and never sends a request behind another one",
    explain:
      "A client that reads slowly would hold up the answers to all the others on the same connection, so relays have connections of their own.",
    bad: '{ "endpoint": "/a", "output_encoding": "no-op", "backend": [{ "url_pattern": "/a", "extra_config": { "gwc/upstream": { "pipelining": true } } }] }',
    good: '{ "endpoint": "/a", "backend": [{ "url_pattern": "/a", "extra_config": { "gwc/upstream": { "pipelining": true } } }] }',
  },
  "upstream/nothing-waits": {
    severity: "warning",
    sentence: "`max_queue` has no effect: no request waits for a connection",
    hint: "set `max_connections`, or delete the key",
    krakend: "does not know this block",
    explain: "Without a limit every request that finds no idle connection opens one.",
    bad: '{ "gwc/upstream": { "max_queue": 10 } }',
    good: '{ "gwc/upstream": { "max_connections": 50, "max_queue": 10 } }',
  },
});
