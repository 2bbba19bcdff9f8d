// What can be wrong with a cache of answers.
import { defineMessages } from "../../diagnostics/messages.js";

export const messages = defineMessages({
  "http-cache/half-limited": {
    severity: "warning",
    sentence: "`{given}` is given without `{missing}`; gwc keeps to it all the same",
    hint: "give both, so that KrakenD keeps to them too",
    krakend: "ignores the limit without a word, and the cache grows without end",
    explain:
      "KrakenD limits a cache only when both `max_items` and `max_size` are above 0. gwc keeps to either one, and holds all stores without a `max_size` below 256 MiB together; with `--compat krakend` it ignores the one, and only that bound is left. Note for every cache, in KrakenD and in gwc: an answer is kept under the address of the backend. What one client got is given to all others, with whatever Authorization or cookies they send, unless the answer says with `Vary` which request headers it depends on. Do not cache answers that belong to one user.",
    bad: '{ "qos/http-cache": { "max_items": 1000 } }',
    good: '{ "qos/http-cache": { "max_items": 1000, "max_size": 10000000 } }',
  },
});
