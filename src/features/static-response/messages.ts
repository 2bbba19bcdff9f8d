// What can be wrong with fixed data.
import { defineMessages } from "../../diagnostics/messages.js";

export const messages = defineMessages({
  "static-response/no-data": {
    severity: "error",
    sentence: "`static` needs `data`, an object",
    hint: "write the members to add as an object under `data`",
    krakend: "is without the static response",
    compat: "is without the static response",
    explain: "The members of `data` are put at the top of the answer.",
    bad: '{ "static": { "strategy": "always", "data": ["a"] } }',
    good: '{ "static": { "strategy": "always", "data": { "letters": ["a"] } } }',
  },
  "static-response/too-deep": {
    severity: "error",
    sentence: "the `data` of `static` is nested too deep",
    hint: "flatten it",
    krakend: "serves it",
    always: "documents of thousands of levels are a mistake",
    explain: "Data that is nested some hundred levels deep is a mistake of whatever wrote it.",
  },
  "static-response/strategy": {
    severity: "error",
    sentence: "there is no such strategy of `static`",
    hint: "write `always`, `success`, `errored`, `complete` or `incomplete`",
    krakend: "takes `always`",
    compat: "takes `always`",
    explain:
      "`success`: no failure. `errored`: a failure, a partial one included. `complete`: all is there. `incomplete`: something is missing.",
    bad: '{ "static": { "strategy": "error", "data": { "stale": true } } }',
    good: '{ "static": { "strategy": "errored", "data": { "stale": true } } }',
  },
  "static-response/no-op": {
    severity: "error",
    sentence: "`static` has no place in a `no-op` answer, which is handed over as it is",
    hint: "delete it, or choose another `output_encoding`",
    krakend: "sends the backend's headers twice, or 200 with an empty body for a failure",
    compat: "does the same",
    explain: "The data of `static` is never seen where the body of the backend is not looked at.",
  },
});
