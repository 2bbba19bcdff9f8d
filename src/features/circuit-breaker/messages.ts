// What can be wrong with a circuit breaker.
import { defineMessages } from "../../diagnostics/messages.js";

export const messages = defineMessages({
  "circuit-breaker/nothing-set": {
    severity: "error",
    sentence: "no value of the block is set, so there would be no circuit breaker",
    hint: "give `interval`, `timeout` and `max_errors`, or delete the block",
    krakend: "serves without a circuit breaker, and does not say so",
    compat: "serves without a circuit breaker",
    explain: "A block whose values are all zero, empty or missing is taken as no block at all.",
    bad: '{ "qos/circuit-breaker": {} }',
    good: '{ "qos/circuit-breaker": { "interval": 60, "timeout": 10, "max_errors": 2 } }',
  },
  "circuit-breaker/old-spelling": {
    severity: "warning",
    sentence: "`{key}` is the name of an older version",
    hint: "write `{now}`",
    krakend: "{effect}",
    explain:
      "KrakenD no longer reads `maxErrors` and `logStatusChange`: such a breaker opens at the first failure, or is not there at all when nothing else is set. gwc does what the names say: with `maxErrors` of 5 the breaker opens at the 5th failure in a row. `max_errors` counts the failures that are tolerated, so 4 means the same. With `--compat krakend` gwc ignores the old names as well.",
    bad: '{ "qos/circuit-breaker": { "interval": 60, "timeout": 10, "maxErrors": 5, "logStatusChange": true } }',
    good: '{ "qos/circuit-breaker": { "interval": 60, "timeout": 10, "max_errors": 4, "log_status_change": true } }',
  },
  "circuit-breaker/max-errors-missing": {
    severity: "warning",
    sentence: "without `max_errors` one failure opens the circuit breaker",
    hint: "give how many failures in a row are tolerated; `0` if it is none",
    krakend: "does the same",
    explain:
      "A single slow or failing answer would block the backend for everybody until the timeout is over.",
    bad: '{ "qos/circuit-breaker": { "interval": 60, "timeout": 10 } }',
    good: '{ "qos/circuit-breaker": { "interval": 60, "timeout": 10, "max_errors": 2 } }',
  },
  "circuit-breaker/never-opens": {
    severity: "error",
    sentence: "`{key}` is {value}, so the circuit breaker would never open",
    hint: "give how many failures in a row are tolerated, 0 or more",
    krakend: "reads the negative number as a huge one, so the breaker never opens",
    compat: "builds a breaker that never opens, or ignores the older spelling",
    explain: "A negative number of tolerated failures means nothing.",
    bad: '{ "qos/circuit-breaker": { "interval": 60, "timeout": 10, "max_errors": -1 } }',
    good: '{ "qos/circuit-breaker": { "interval": 60, "timeout": 10, "max_errors": 0 } }',
  },
  "circuit-breaker/fraction": {
    severity: "warning",
    sentence: "`{key}` is {value}; only whole numbers count, so it is read as {read}",
    hint: "give a whole number{unit}",
    krakend: "does the same",
    explain: "Times are whole seconds and errors are whole errors. What stands behind the point is cut off.",
    bad: '{ "qos/circuit-breaker": { "timeout": 1.5, "max_errors": 2 } }',
    good: '{ "qos/circuit-breaker": { "timeout": 2, "max_errors": 2 } }',
  },
  "circuit-breaker/negative-time": {
    severity: "warning",
    sentence: "`{key}` is {value}, which means {meaning}",
    hint: "give seconds above 0, or delete the key",
    krakend: "does the same",
    explain: "A negative time counts as none given.",
    bad: '{ "qos/circuit-breaker": { "timeout": -1, "max_errors": 2 } }',
    good: '{ "qos/circuit-breaker": { "timeout": 10, "max_errors": 2 } }',
  },
});
