// What can be wrong with expressions.
import { defineMessages } from "../../diagnostics/messages.js";

export const messages = defineMessages({
  "cel/syntax": {
    severity: "error",
    sentence: "this is not an expression of CEL: {reason}",
    hint: "mend the expression",
    krakend: "logs a warning, and serves without all checks of this list",
    compat: "serves without all checks of this list",
    explain: "Checks are expressions of the Common Expression Language that come to true or false.",
    bad: '{ "validation/cel": [{ "check_expr": "req_method == " }] }',
    good: '{ "validation/cel": [{ "check_expr": "req_method == \'GET\'" }] }',
  },
  "cel/type": {
    severity: "error",
    sentence: "this expression cannot work: {reason}",
    hint: "mend the expression",
    krakend: "drops this check, and serves without it",
    compat: "serves without this check",
    explain:
      "Types of variables are known: `req_params` holds texts, `req_headers` and `req_querystring` hold lists of texts. There are the functions of CEL itself and no others.",
    bad: '{ "validation/cel": [{ "check_expr": "req_params.Id > 5" }] }',
    good: '{ "validation/cel": [{ "check_expr": "int(req_params.Id) > 5" }] }',
  },
  "cel/unsupported": {
    severity: "error",
    sentence: "gwc cannot read this expression: {reason}",
    hint: "write it in another way",
    krakend: "may know what it means",
    always: "a check that KrakenD makes must not be left out",
    explain:
      "Messages (`google.protobuf.Timestamp{}`), names in backquotes or with a dot before them, bytes of raw texts, numbers without a digit before the point, and the order of bytes are not supported.",
    bad: '{ "validation/cel": [{ "check_expr": ".req_method == \'GET\'" }] }',
    good: '{ "validation/cel": [{ "check_expr": "req_method == \'GET\'" }] }',
  },
  "cel/never-evaluated": {
    severity: "error",
    sentence:
      "nothing would ever evaluate this check: its text has none of the words `req`, `resp` and `JWT`",
    hint: "to check before the call write `req_method != '' && (...)`",
    krakend: "never evaluates it",
    compat: "never evaluates it",
    explain:
      "A check runs before the call when its text has `req`, after it when its text has `resp`, and on a token when its text has `JWT`.",
    bad: '{ "validation/cel": [{ "check_expr": "timestamp(now).getDayOfWeek() != 0" }] }',
    good: '{ "validation/cel": [{ "check_expr": "req_method != \'\' && timestamp(now).getDayOfWeek() != 0" }] }',
  },
  "cel/no-expression": {
    severity: "error",
    sentence: "this check has no `check_expr`",
    hint: "write the expression as `check_expr`, or delete the check",
    krakend: "checks nothing",
    compat: "checks nothing",
    explain: "Each item of the list is an object with a `check_expr`. `mod_expr` has no effect.",
    bad: '{ "validation/cel": [{ "mod_expr": "req_method" }] }',
    good: '{ "validation/cel": [{ "check_expr": "req_method == \'GET\'" }] }',
  },
  "cel/wrong-moment": {
    severity: "warning",
    sentence:
      "{when} this check is evaluated too, since its text has `{word}`, and `{variable}` is not there then",
    hint: "write it so that `{word}` is not in its text, or as a check of its own",
    krakend: "does the same: what comes to an error refuses the request",
    explain:
      "The words `req`, `resp` and `JWT` anywhere in the text of an expression decide when it is evaluated, and variables are there at one of these moments only.",
    bad: '{ "validation/cel": [{ "check_expr": "resp_data.request_id != \'\'" }] }',
    good: "{ \"validation/cel\": [{ \"check_expr\": \"resp_data['re' + 'quest_id'] != ''\" }] }",
  },
  "cel/token-without-validator": {
    severity: "error",
    sentence: "this check of a token is never made: {reason}",
    hint: "add `auth/validator` to the endpoint, and the check beside it",
    krakend: "never evaluates it",
    compat: "never evaluates it",
    explain: "Checks with `JWT` are made when a token was validated, at the endpoint.",
    bad: '{ "validation/cel": [{ "check_expr": "JWT.sub == \'u1\'" }] }',
  },
  "cel/token": {
    severity: "error",
    sentence: "checks of tokens are not implemented yet",
    hint: "use `roles` or `scopes` of `auth/validator`",
    krakend: "refuses the token with 401 when the check fails",
    always: "a token that the check would refuse must not pass",
    explain: "Checks with `JWT` are made when a token was validated.",
  },
  "cel/bad-pattern": {
    severity: "error",
    sentence: "`{pattern}` is not a regular expression: {reason}",
    hint: "mend it; the syntax is that of RE2",
    krakend: "refuses every request that comes to it",
    compat: "refuses every request that comes to it",
    explain: "The pattern of `matches` is a regular expression of RE2.",
    bad: '{ "validation/cel": [{ "check_expr": "req_path.matches(\'(\')" }] }',
    good: '{ "validation/cel": [{ "check_expr": "req_path.matches(\'^/v1/\')" }] }',
  },
});
