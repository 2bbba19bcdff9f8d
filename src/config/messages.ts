// What can be wrong with a configuration before its meaning is looked at.
import { defineMessages } from "../diagnostics/messages.js";

export const messages = defineMessages({
  "config/unreadable": {
    severity: "error",
    sentence: "cannot read `{file}`: {reason}",
    hint: "check the path and the permissions",
    krakend: "`'{file}': open {file}: {reason}`",
    explain: "The configuration file does not exist or may not be read. Nothing else was checked.",
  },
  "config/syntax": {
    severity: "error",
    sentence: "{fault}",
    krakend: "`{go}`",
    explain:
      "A file whose name ends in `.yml` or `.yaml` is YAML, one that ends in `.toml` is TOML, and every other is JSON as RFC 8259 has it: no comments, no trailing commas, double quotes, no byte order mark. KrakenD refuses anything else at start.",
    bad: '{ "version": 3, }',
    good: '{ "version": 3 }',
  },
  "config/not-an-object": {
    severity: "error",
    sentence: "the configuration is {kind}, not an object",
    krakend: "`{go}`",
    explain: "The root of a configuration is one JSON object.",
    bad: "[]",
    good: '{ "version": 3, "endpoints": [] }',
  },
  "config/lone-surrogate": {
    severity: "warning",
    sentence: "this escape is half of a character; it is read as U+FFFD",
    hint: "write both halves, or the character itself",
    krakend: "puts U+FFFD in its place",
    explain: "Characters beyond U+FFFF are escaped as a pair of surrogates. One alone stands for nothing.",
    bad: '{ "name": "\\ud83d" }',
    good: '{ "name": "\\ud83d\\ude00" }',
  },
  "config/duplicate-key": {
    severity: "warning",
    sentence: "`{key}` stands here more than once; only the last one counts",
    hint: "delete the others",
    krakend: "uses the last one without a word",
    explain:
      "JSON parsers take the last of several equal keys. The earlier ones are dead text, and often a merge gone wrong.",
    bad: '{ "timeout": "1s", "timeout": "2s" }',
    good: '{ "timeout": "2s" }',
  },
  "config/repeated-key": {
    severity: "error",
    sentence: "{fault}, which {format} does not allow",
    hint: "delete one of them",
    krakend: "does not start",
    explain:
      "In JSON the last of several equal keys counts. YAML and TOML allow each key once, and KrakenD refuses a file that has one twice.",
  },
  "config/not-plain": {
    severity: "error",
    sentence: "{fault}, which a configuration cannot hold",
    hint: "put it in quotes to have it as a text",
    krakend: "reads a date",
    always: "gwc has no dates",
    explain:
      "YAML and TOML know dates and infinite numbers. Everything in a configuration is a text, a finite number, true or false, a list or an object, so such a value is a text that lacks its quotes.",
  },
  "config/injected-port": {
    severity: "error",
    sentence: "KRAKEND_PORT is `{value}`, which Kubernetes sets for a service called krakend",
    hint: "write `enableServiceLinks: false` into the pod, or give the service another name",
    krakend: "`'port' cannot parse value as 'int': strconv.ParseInt: invalid syntax`, and does not start",
    explain:
      "KRAKEND_PORT takes the place of `port`. In Kubernetes every container of a namespace gets variables for each service there, and for a service called krakend one of them is KRAKEND_PORT with an address in it.",
    bad: "KRAKEND_PORT=tcp://10.0.171.239:8080",
    good: "KRAKEND_PORT=8080",
  },
  "config/fixed-at-build": {
    severity: "error",
    sentence:
      "this is decided when the gateway is built, so it cannot come from the environment at start: {reason}",
    hint: 'write the value, or fill it in when building: `{{ env "NAME" }}` in a template (FC_ENABLE=1), or a `KRAKEND_*` variable for a key of the root',
    krakend: "takes `${env:NAME}` as it stands",
    always: "`${env:` is gwc's own",
    explain:
      "`${env:NAME}` is read when the gateway starts. Only texts that do not shape the program can wait so long: addresses, secrets, names and contents, as docs/environment.md lists them. Names of keys, paths of endpoints, methods, encodings and the like decide what the program is.",
    bad: '{ "endpoint": "/${env:VERSION}/users" }',
    good: '{ "host": ["${env:USERS_URL}"] }',
  },
  "config/bad-variable": {
    severity: "error",
    sentence: "`${env:` is not followed by the name of a variable and a `}`",
    hint: "write `${env:NAME}` or `${env:NAME:-default}`; names are letters, digits and `_`",
    krakend: "takes the text as it stands",
    always: "`${env:` is gwc's own",
    explain:
      "`${env:NAME}` stands for a variable of the environment in which the gateway starts, and `${env:NAME:-default}` for the default where the variable is absent or empty. A default cannot hold a `}`.",
    bad: '{ "host": ["${env:USERS-URL}"] }',
    good: '{ "host": ["${env:USERS_URL:-http://127.0.0.1:8000}"] }',
  },
  "config/bad-default": {
    severity: "error",
    sentence: "without its variables this would be `{value}`, which is not {wanted}",
    hint: "correct the default",
    krakend: "takes `${env:NAME}` as it stands",
    always: "`${env:` is gwc's own",
    explain:
      "A value from the environment is checked when the gateway starts. What it is when no variable is set is known at once, and checked at once.",
    bad: '{ "port": "${env:PORT:-http}" }',
    good: '{ "port": "${env:PORT:-8080}" }',
  },
  "config/misspelt-key": {
    severity: "error",
    sentence: "{noun} has no key `{key}`",
    hint: "did you mean `{meant}`? Start a key with `@` to keep it as a comment",
    krakend: "ignores the key without a word, and does without what it was to do",
    compat: "ignores the key",
    explain:
      "A key that KrakenD does not know is ignored silently. This one looks like a misspelt one, so something you asked for, perhaps a protection, would be missing.",
    bad: '{ "endpoint": "/users", "alow": ["id"] }',
    good: '{ "endpoint": "/users", "allow": ["id"] }',
  },
  "config/misplaced-key": {
    severity: "error",
    sentence: "{noun} has no key `{key}`",
    hint: "it belongs to {belongs}. Start a key with `@` to keep it as a comment",
    krakend: "ignores the key here without a word, and does without what it was to do",
    compat: "ignores the key",
    explain: "The key exists, but not in this place, so what it was to do is not done.",
    bad: '{ "endpoint": "/users", "allow": ["id"], "backend": [{ "url_pattern": "/users" }] }',
    good: '{ "endpoint": "/users", "backend": [{ "url_pattern": "/users", "allow": ["id"] }] }',
  },
  "config/renamed-key": {
    severity: "error",
    sentence: "`{key}` is the name of an older version; it does nothing now",
    hint: "write `{now}`",
    krakend: "ignores the key without a word",
    compat: "ignores the key",
    explain:
      "Version 3 of the configuration renamed several keys. The old names are ignored, so what they were to filter passes unfiltered.",
    bad: '{ "url_pattern": "/user", "whitelist": ["id"] }',
    good: '{ "url_pattern": "/user", "allow": ["id"] }',
  },
  "config/unknown-key": {
    severity: "warning",
    sentence: "{noun} has no key `{key}`; it does nothing",
    hint: "delete it, or start it with `@` to keep it as a comment",
    krakend: "ignores the key without a word",
    explain:
      "Keys that start with `@`, `$`, `_` or `#` are comments. Any other key that is not part of the configuration is ignored.",
    bad: '{ "version": 3, "note": "x" }',
    good: '{ "version": 3, "@note": "x" }',
  },
  "config/null-item": {
    severity: "error",
    sentence: "{noun} cannot be `null`",
    hint: "delete the `null`",
    krakend: "`panic: runtime error: invalid memory address or nil pointer dereference`",
    explain:
      "A list of endpoints or backends may not hold `null`; it is usually what a template left behind.",
    bad: '{ "endpoints": [null] }',
    good: '{ "endpoints": [] }',
  },
  "config/wrong-type": {
    severity: "error",
    sentence: "`{path}` must be {wanted}",
    krakend: "`'{path}' {reason}`",
    explain:
      "The value is of a kind that cannot be read as what is expected here. As KrakenD, gwc reads loosely: numbers for texts, texts that hold a number for numbers, one value for a list of one.",
    bad: '{ "port": {} }',
    good: '{ "port": 8080 }',
  },
  "config/bad-duration": {
    severity: "error",
    sentence: "`{value}` is not a duration",
    hint: "write a number and a unit out of ns, us, ms, s, m, h: `1500ms`, `1h30m`",
    krakend: "`'{path}' {reason}`",
    explain:
      "Durations are Go's: one or more decimal numbers, each with a unit. There are no days. A bare JSON number counts nanoseconds.",
    bad: '{ "timeout": "1d" }',
    good: '{ "timeout": "24h" }',
  },
  "config/bad-block": {
    severity: "error",
    sentence: "in `{namespace}`: {fault}",
    hint: "{hint}",
    krakend: "{krakend}",
    compat: "drops the values that KrakenD cannot read",
    table: "takes such a value as absent, or does without the feature; which of them, the diagnostic says",
    explain:
      "The block of a feature holds a value of the wrong kind or out of range. KrakenD reads most blocks leniently: such a value counts as absent, and the feature is weaker than it looks or off.",
    bad: '{ "qos/ratelimit/router": { "max_rate": "10" } }',
    good: '{ "qos/ratelimit/router": { "max_rate": 10 } }',
  },
  "config/fatal-value": {
    severity: "error",
    sentence: "in `{namespace}`: {fault}",
    hint: "correct the value",
    krakend: "`panic: interface conversion`, and does not start",
    explain:
      "Most values of a wrong kind count as absent in KrakenD. A few it takes without looking, and dies of them when it starts.",
    bad: '{ "telemetry/logging": { "level": "INFO", "stdout": "true" } }',
    good: '{ "telemetry/logging": { "level": "INFO", "stdout": true } }',
  },
  "config/unknown-block-key": {
    severity: "error",
    sentence: "`{namespace}` has no key `{key}`",
    hint: "did you mean `{meant}`? Start a key with `@` to keep it as a comment",
    krakend: "ignores the key without a word",
    compat: "ignores the key",
    explain: "A key that the feature does not know is ignored by KrakenD, so a misspelt limit is no limit.",
    bad: '{ "qos/ratelimit/router": { "maxrate": 10 } }',
    good: '{ "qos/ratelimit/router": { "max_rate": 10 } }',
  },
  "config/stray-block-key": {
    severity: "warning",
    sentence: "`{namespace}` has no key `{key}`; it does nothing",
    hint: "delete it, or start it with `@` to keep it as a comment",
    krakend: "ignores the key without a word",
    explain: "A key that the feature does not know is ignored.",
  },
  "config/unknown-namespace": {
    severity: "error",
    sentence: "there is no feature `{namespace}`{meant}",
    hint: "mend the name, or start it with `@` to keep the block as a comment",
    krakend: "ignores the block without a word",
    compat: "ignores the block",
    explain:
      "`extra_config` names features by namespace. An unknown one is ignored by KrakenD, so a misspelt protection protects nothing.",
    bad: '{ "extra_config": { "qos/rate-limit/router": {} } }',
    good: '{ "extra_config": { "qos/ratelimit/router": { "max_rate": 10 } } }',
  },
  "config/misplaced-namespace": {
    severity: "error",
    sentence: "`{namespace}` does nothing in the `extra_config` of {noun}",
    hint: "move it to the `extra_config` of {belongs}",
    krakend: "ignores the block here without a word",
    compat: "ignores the block",
    explain: "Each feature is read at certain levels only: service, endpoint or backend.",
  },
  "config/enterprise-namespace": {
    severity: "error",
    sentence: "`{namespace}` is a feature of KrakenD Enterprise; KrakenD CE and gwc do not have it",
    hint: "delete the block, or start its name with `@` to keep it as a comment",
    krakend: "CE ignores the block without a word",
    compat: "ignores the block",
    explain:
      "The open source edition ignores Enterprise features. gwc refuses them, because a configuration that asks for an API key must not be served without one.",
  },
  "config/enterprise-documentation": {
    severity: "warning",
    sentence: "`{namespace}` is a feature of KrakenD Enterprise; gwc ignores it",
    krakend: "CE ignores the block without a word",
    explain: "Blocks that only describe the API change nothing at run time.",
  },
  "config/not-yet-namespace": {
    severity: "error",
    sentence: "gwc does not have `{namespace}` yet",
    hint: "delete the block if the gateway may do without it",
    krakend: "serves with the feature",
    always: "gwc does not have it yet",
    explain:
      "The feature exists in KrakenD CE but not in this version of gwc. gwc never serves a configuration without something that it asks for. The README's table of features says what is there.",
  },
  "config/not-yet-telemetry": {
    severity: "warning",
    sentence: "gwc accepts `{namespace}` but does not export anything yet",
    krakend: "exports telemetry",
    explain:
      "Telemetry does not change answers, so the gateway is built without it. Do not rely on its metrics, logs or traces yet.",
  },
  "config/not-yet-key": {
    severity: "error",
    sentence: "gwc does not have {what} yet",
    hint: "delete `{key}` if the gateway may do without it",
    krakend: "serves with it",
    always: "gwc does not have it yet",
    explain:
      "The key exists in KrakenD CE but not in this version of gwc. gwc never serves a configuration without something that it asks for.",
  },
});
