// What can be wrong with a `security/bot-detector` block.
import { defineMessages } from "../../diagnostics/messages.js";

export const messages = defineMessages({
  "bot-detector/bad-pattern": {
    severity: "error",
    sentence: "`{pattern}` is not a regular expression: {reason}",
    hint: "mend it; the syntax is that of RE2",
    krakend: "logs it, and serves without the detector",
    compat: "serves without the detector",
    explain: "Patterns are regular expressions, and match anywhere in the name of a client.",
    bad: '{ "security/bot-detector": { "patterns": ["(bot"] } }',
    good: '{ "security/bot-detector": { "patterns": ["(?i)bot"] } }',
  },
  "bot-detector/negative-cache": {
    severity: "error",
    sentence: "`cache_size` is negative, so there would be no detector",
    hint: "give a positive number, or delete the key",
    krakend: "logs it, and serves without the detector",
    compat: "serves without the detector",
    explain: "`cache_size` is the number of clients whose verdict is remembered.",
    bad: '{ "security/bot-detector": { "deny": ["bot"], "cache_size": -1 } }',
    good: '{ "security/bot-detector": { "deny": ["bot"], "cache_size": 1000 } }',
  },
  "bot-detector/renamed-key": {
    severity: "error",
    sentence: "`{key}` is the name of an older version; it does nothing now",
    hint: "write `{now}`",
    krakend: "ignores the key without a word, and lets every bot in",
    compat: "ignores the key",
    explain: "The lists are called `deny` and `allow`. Under the old names they are ignored.",
    bad: '{ "security/bot-detector": { "blacklist": ["bot"] } }',
    good: '{ "security/bot-detector": { "deny": ["bot"] } }',
  },
  "bot-detector/nothing": {
    severity: "error",
    sentence: "this detector takes nobody for a bot",
    hint: "add `deny`, `patterns` or `empty_user_agent_is_bot`, or delete the block",
    krakend: "lets every client in",
    compat: "lets every client in",
    explain:
      "Without a list of bots, a pattern or the rule for clients without a name there is nothing to detect.",
    bad: '{ "security/bot-detector": { "allow": ["browser"] } }',
    good: '{ "security/bot-detector": { "deny": ["bot"] } }',
  },
});
