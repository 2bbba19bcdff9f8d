// Plan -> code before every route: host, then redirect, then headers. Headers that are always the same
// are one constant.
import {
  byteLiteral,
  type Code,
  code,
  comment,
  join,
  lines,
  runtime,
  runtimeOf,
  template,
} from "../../codegen/code.js";
import type { Late } from "../../config/late.js";
import type { EmitSite, Slots } from "../kit.js";
import type { Hosts, Plan } from "./plan.js";

const exports = runtimeOf<typeof import("./runtime.js")>("gwc/security-http");

export function emit(plan: Plan, site: EmitSite): Slots {
  const module: Code[] = [];
  const before: Code[] = [];
  if (plan.hosts !== undefined) {
    const allowed = site.name("ALLOWED_HOSTS");
    const value = code`const ${allowed} = ${allowedCode(plan.hosts)};`;
    module.push(lines([comment(`Hosts that may be asked for (${site.where}).`), value]));
    const host = hostCode(plan.hosts.headers);
    before.push(code`if (!${allowed}.allow(${host})) return ${exports.replyBadHost}(x);`);
  }
  if (plan.redirect !== undefined) {
    const { host, headers } = plan.redirect;
    const target = host === "" ? hostCode(headers) : byteLiteral(host);
    before.push(
      code`const isSecure = ${secureCode(plan)};`,
      code`if (!isSecure) return ${exports.redirectToHttps}(x, ${target});`,
    );
  }
  headerCode(plan, site, module, before);
  return { module, before };
}

function allowedCode({ allowed, arePatterns }: Hosts): Code {
  if (!arePatterns) return code`new ${exports.AllowedHosts}([${join(allowed.map(byteLiteral), ", ")}])`;
  const patterns = allowed
    .filter((each) => typeof each === "string")
    .map((each) => {
      // Quirk: the anchors are not around the pattern as a whole [unrolled/secure secure.go New].
      const pattern = `^${Buffer.from(each, "latin1").toString("utf8")}$`;
      return code`new ${runtime.RegularExpression}(${pattern})`;
    });
  return code`new ${exports.HostPatterns}(${join(patterns, ", ")})`;
}

function hostCode(headers: readonly string[]): Code {
  return headers.length === 0 ? code`x.host` : code`${exports.hostOf}(x, ${[...headers]})`;
}

/** Only a header can vouch for TLS here: over TLS nobody asks. */
function secureCode({ vouchers }: Plan): Code {
  if (vouchers.length === 0) return code`false`;
  return join(
    vouchers.map(([name, value]) =>
      value === ""
        ? code`(x.header(${name}) ?? "") === ""`
        : code`x.header(${name}) === ${byteLiteral(value)}`,
    ),
    " || ",
  );
}

function headerCode(plan: Plan, site: EmitSite, module: Code[], before: Code[]): void {
  const fixed = plan.headers.filter(([, value]) => !hasNonce(value));
  const fresh = plan.headers.flatMap(([name, value]) => (hasNonce(value) ? [[name, value] as const] : []));
  // Behind a redirect every request is secure.
  const isAlwaysSecure = plan.sts?.always === true || plan.redirect !== undefined;
  const sts = plan.sts === undefined ? [] : [["Strict-Transport-Security", plan.sts.value] as const];
  const always = [...(isAlwaysSecure ? sts : []), ...fixed];
  if (always.length > 0) {
    const name = site.name("SECURITY_HEADERS");
    const pairs = always.map(([key, value]) => code`${key}, ${byteLiteral(value)}`);
    module.push(code`const ${name} = [\n  ${join(pairs, ",\n  ")},\n];`);
    before.push(code`${runtime.addHeaders}(x, ${name});`);
  }
  if (sts.length > 0 && !isAlwaysSecure && plan.vouchers.length > 0)
    before.push(code`if (${secureCode(plan)}) ${runtime.addHeaders}(x, [${sts[0]!}]);`);
  for (const [name, value] of fresh)
    before.push(code`${runtime.addHeaders}(x, [${name}, ${withNonce(value)}]);`);
}

/** A value of the environment has none. */
function hasNonce(value: string | Late): value is string {
  return typeof value === "string" && value.includes("$NONCE");
}

/** One nonce for all places of a policy. */
function withNonce(value: string): Code {
  const parts = value.split("$NONCE");
  if (parts.length > 2) return code`${byteLiteral(value)}.replaceAll("$NONCE", ${exports.nonce}())`;
  return template([parts[0] ?? "", code`${exports.nonce}()`, parts[1] ?? ""]);
}
