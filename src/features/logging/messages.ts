// What can be wrong with a log.
import { defineMessages } from "../../diagnostics/messages.js";

export const messages = defineMessages({
  "logging/unknown-level": {
    severity: "error",
    sentence: "`{level}` is no level of a log",
    hint: "use `DEBUG`, `INFO`, `WARNING`, `ERROR` or `CRITICAL`",
    krakend: "`logger: invalid log level`: logs everything, in its basic format",
    compat: "logs everything, in the basic format",
    explain: "Messages of the level and of the more important ones are logged.",
    bad: '{ "telemetry/logging": { "level": "TRACE", "stdout": true } }',
    good: '{ "telemetry/logging": { "level": "DEBUG", "stdout": true } }',
  },
  "logging/nowhere": {
    severity: "warning",
    sentence: "this log is written nowhere, so what goes wrong is not seen",
    hint: 'say `"stdout": true` or `"syslog": true`',
    krakend: "logs nothing",
    explain: "A log needs a place to be written to. The access log does not depend on it.",
  },
  "logging/bad-pattern": {
    severity: "error",
    sentence: "`custom_format` is no pattern: {reason}",
    hint: "write a pattern such as `{example}`",
    krakend: "panics at start",
    explain:
      "A custom format needs at least one verb: id, pid, time, level, program, module, message or color, in braces after a percent sign.",
    bad: '{ "telemetry/logging": { "level": "INFO", "stdout": true, "format": "custom" } }',
    good: '{ "telemetry/logging": { "level": "INFO", "stdout": true, "format": "custom", "custom_format": "%{level} %{message}" } }',
  },
  "logging/unprintable": {
    severity: "error",
    sentence: "gwc does not print `{verb}`",
    hint: "use a width and a precision as in `{example}`, or none",
    krakend: "prints it as Go's Printf does",
    always: "gwc does not print as Go does",
    explain: "Of Go's formats gwc knows `s` and `v` with width and precision, and `d` for numbers.",
  },
  "logging/always-on": {
    severity: "warning",
    sentence: "`{key}` does not switch `{namespace}` off",
    hint: "delete the block to do without it",
    krakend: "never reads the value; that the block is there is enough",
    explain: "The block stands for the feature, whatever it holds.",
  },
  "logging/needs-logging": {
    severity: "warning",
    sentence: "`{namespace}` does nothing to the log of the application without `telemetry/logging`",
    hint: "add `telemetry/logging` with a level",
    krakend: "logs in its basic format",
    explain: "The formats of Logstash and GELF are applied to the log that `telemetry/logging` sets up.",
  },
  "logging/no-address": {
    severity: "error",
    sentence: "`telemetry/gelf` has no `address`",
    hint: 'say where the logs go: `"address": "graylog.example.com:12201"`',
    krakend: "`missing addr to send gelf logs`: logs to the standard output",
    compat: "logs to the standard output",
    explain: "GELF messages are sent to a host and a port.",
  },
});
