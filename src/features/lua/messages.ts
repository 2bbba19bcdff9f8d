// What can be wrong with scripts.
import { defineMessages } from "../../diagnostics/messages.js";

export const messages = defineMessages({
  "lua/syntax": {
    severity: "error",
    sentence: "this is not Lua: {reason}",
    hint: "mend the script",
    krakend: "starts, and answers every request that comes here with 500",
    compat: "answers every request that comes here with 500",
    explain: "Scripts are compiled when the gateway is built. Lines are counted within the script.",
    bad: '{ "modifier/lua-backend": { "pre": "local r = request.load(" } }',
    good: '{ "modifier/lua-backend": { "pre": "local r = request.load()" } }',
  },
  "lua/no-source": {
    severity: "error",
    sentence: "the script {path} cannot be read",
    hint: "paths are relative to the folder that gwc is started in",
    krakend: "starts, and answers every request that comes here with 500",
    compat: "answers every request that comes here with 500",
    explain: "Files of `sources` are read at build and become part of the server file.",
  },
  "lua/wrong-sum": {
    severity: "error",
    sentence: "{path} is not the file whose MD5 sum is written here, or not one of `sources`",
    hint: "check what changed, then write the new sum",
    krakend: "serves without the scripts of this block",
    compat: "serves without the scripts of this block",
    explain: "`md5` names the sum of each source, so that nobody changes a script unseen.",
  },
  "lua/live": {
    severity: "warning",
    sentence: "scripts are part of the server file: `live` has no effect",
    hint: "build again, or start `gwc run --watch`, when a script changes",
    krakend: "reads the files again for every request",
    explain: "Files of `sources` are read at build and become part of the server file.",
  },
  "lua/not-offered": {
    severity: "error",
    sentence: "scripts cannot use `{name}` in gwc",
    hint: "do it without; there are the base functions, `table`, and with `allow_open_libs` `string` and `math`",
    krakend: "offers it",
    always: "the script would fail at every request",
    explain:
      "Scripts read no files, start no programs and load no modules, and they make no HTTP calls of their own.",
  },
});
