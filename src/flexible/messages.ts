// Everything that the rendering of templates has to say.
import { defineMessages } from "../diagnostics/messages.js";

const RAW = "logs the fault and reads the file with its templates as JSON, which then fails";

export const messages = defineMessages({
  "flexible/undefined": {
    severity: "error",
    sentence: "`{name}` is not defined; this writes `<no value>`",
    hint: "define it in the settings, or give another value with `default`",
    krakend: "writes `<no value>` into the configuration and goes on",
    compat: "writes `<no value>`",
    explain:
      "A value that is not in the settings is printed as `<no value>`, which nobody wants in a host or a path. Use `default`, `if` or `with` for what may be absent.",
    bad: '"host": ["{{ .urls.apu }}"]',
    good: '"host": ["{{ .urls.api }}"]',
  },
  "flexible/null": {
    severity: "error",
    sentence: "`{name}` is null; this writes `<no value>`",
    hint: "give another value with `default`, or print it with `marshal`",
    krakend: "writes `<no value>` into the configuration and goes on",
    compat: "writes `<no value>`",
    explain:
      "Go templates print null as `<no value>`, also where JSON would want `null`: `{{ marshal .x }}` writes that.",
  },
  "flexible/undefined-argument": {
    severity: "error",
    sentence: "`{name}` is not defined",
    hint: "define it in the settings, or give another value with `default`",
    krakend: "takes it as null",
    compat: "takes it as null",
    explain:
      "A function gets a value that is not in the settings, and works with null: `marshal` writes `null`, and a block of the configuration is gone without a word. Functions that are made for what may be absent, such as `default`, `coalesce`, `empty`, `ternary` and `hasKey`, take it without an error; so do `if` and `with`.",
    bad: '"extra_config": {{ marshal .securty }}',
    good: '"extra_config": {{ marshal (.security | default dict) }}',
  },
  "flexible/undefined-range": {
    severity: "warning",
    sentence: "`{name}` is not defined, so this writes nothing",
    hint: "define it in the settings, or say in an `else` what to write without it",
    krakend: "writes nothing",
    explain:
      "A loop over what is not there does nothing. Where that is meant, `{{else}}` or an `{{if}}` around it says so.",
  },
  "flexible/partial": {
    severity: "error",
    sentence: "there is no partial `{path}`: {reason}",
    hint: "create it below FC_PARTIALS ({folder})",
    krakend: "includes nothing, without a word",
    compat: "includes nothing",
    explain: "`include` writes a file of the folder FC_PARTIALS as it is. What is not there cannot be meant.",
    bad: '{{ include "routr.json" }}',
    good: '{{ include "router.json" }}',
  },
  "flexible/no-template": {
    severity: "error",
    sentence: "there is no template `{name}`",
    hint: "the `*.tmpl` files of FC_TEMPLATES have their file's name; `define` makes others",
    krakend: RAW,
    compat: "reads the file with its templates",
    explain:
      "A template is known by its file's name without folders, such as `backend.tmpl`, or by the name of a `define`.",
  },
  "flexible/no-function": {
    severity: "error",
    sentence: "there is no function `{name}`",
    hint: "a value of the settings starts with a dot: `.{name}`",
    krakend: RAW,
    compat: "reads the file with its templates",
    explain: "Templates have the functions of Go's text/template, of sprig, `marshal` and `include`.",
  },
  "flexible/no-variable": {
    severity: "error",
    sentence: "there is no variable `{name}` here",
    hint: "declare it with `:=` in this block or around it",
    krakend: RAW,
    compat: "reads the file with its templates",
    explain:
      "A variable lives to the end of the block that declares it, and a template does not see those of its caller.",
  },
  "flexible/syntax": {
    severity: "error",
    sentence: "{fault}",
    krakend: RAW,
    compat: "reads the file with its templates",
    explain: "The text is not a Go template. The message is that of Go's text/template.",
  },
  "flexible/failed": {
    severity: "error",
    sentence: "{fault}",
    krakend: RAW,
    compat: "reads the file with its templates",
    explain: "The template failed while it ran. The message is that of Go's text/template.",
  },
  "flexible/unsupported": {
    severity: "error",
    sentence: "gwc does not have the function `{name}`: {reason}",
    hint: "put its result into the settings",
    krakend: "calls it",
    always: "gwc does not have it",
    explain:
      "A few functions of sprig do what a build should not do, such as making certificates or asking the network. docs/flexible-configuration.md lists them.",
  },
  "flexible/settings-syntax": {
    severity: "error",
    sentence: "{fault}",
    krakend: "does not start",
    explain: "Each file of FC_SETTINGS is a JSON object.",
  },
  "flexible/settings-not-an-object": {
    severity: "error",
    sentence: "a settings file holds one JSON object",
    hint: "put the value under a key",
    krakend: "does not start",
    explain: "The members of a settings file are the fields of the template variable with the file's name.",
    bad: '["a", "b"]',
    good: '{ "hosts": ["a", "b"] }',
  },
  "flexible/folder": {
    severity: "error",
    sentence: "{variable} names `{folder}`, which cannot be read: {reason}",
    hint: "give the path of a folder, from where gwc is started",
    krakend: "does not start, or starts without what is in it",
    explain: "FC_SETTINGS and FC_TEMPLATES name folders.",
  },
  "flexible/unreadable": {
    severity: "error",
    sentence: "cannot read `{file}`: {reason}",
    krakend: "does not start",
    explain: "A file of FC_SETTINGS or FC_TEMPLATES cannot be read.",
  },
  "flexible/out": {
    severity: "error",
    sentence: "cannot write FC_OUT (`{file}`): {reason}",
    hint: "name a file in a folder that can be written, other than the configuration",
    krakend: "fails too, or overwrites the file",
    explain: "FC_OUT names the file for the rendered configuration.",
  },
  "flexible/enabled": {
    severity: "warning",
    sentence: "FC_ENABLE=`{value}` turns flexible configuration on",
    hint: "unset FC_ENABLE to turn it off",
    krakend: "turns it on for any text that is not empty, too",
    explain: "Every text but the empty one turns it on, `0` and `false` as well.",
  },
});
