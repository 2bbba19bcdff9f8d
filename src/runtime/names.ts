// How names become addresses: as the system does it, or with the DNS servers that GWC_DNS_SERVERS lists.
import type { LookupAddress, Resolver } from "node:dns";
import type { LookupFunction } from "node:net";
import { logWarning } from "./log.js";
import { dns } from "./node-parts.js";

/** How long one server may take, and how often each is asked. */
const PATIENCE = { timeout: 2000, tries: 2 };

function ownResolver(list: string | undefined): Resolver | undefined {
  const servers = (list ?? "").split(/[\s,]+/).filter((each) => each !== "");
  if (servers.length === 0) return undefined;
  const resolver = new (dns().Resolver)(PATIENCE);
  try {
    resolver.setServers(servers);
    return resolver;
  } catch {
    logWarning(`GWC_DNS_SERVERS is ${JSON.stringify(list)}, which are no addresses of servers`);
    return undefined;
  }
}

const own: Resolver | undefined = ownResolver(process.env.GWC_DNS_SERVERS);

/** For questions that only DNS can answer. */
export function dnsResolver(): Resolver {
  return own ?? new (dns().Resolver)(PATIENCE);
}

export function isLocalName(hostname: string): boolean {
  return /^(?:.*\.)?localhost\.?$/i.test(hostname);
}

/** IPv6 first, as systems sort them; an error as the system's has it where there is none. */
function lookUpWith(
  server: Resolver,
  hostname: string,
  done: (fault: Error | null, found: LookupAddress[]) => void,
): void {
  const found: LookupAddress[][] = [[], []];
  let open = 2;
  const take = (family: 6 | 4, addresses: readonly string[] | undefined): void => {
    found[family === 6 ? 0 : 1] = (addresses ?? []).map((address) => ({ address, family }));
    open -= 1;
    if (open > 0) return;
    const all = found.flat();
    if (all.length > 0) return done(null, all);
    const fault = Object.assign(new Error(`no address for ${hostname}`), { code: "ENOTFOUND", hostname });
    done(fault, []);
  };
  server.resolve6(hostname, (_fault, addresses) => take(6, addresses));
  server.resolve4(hostname, (_fault, addresses) => take(4, addresses));
}

/** For the options of node:net and node:tls; undefined: the system's way. */
export const lookupOption: LookupFunction | undefined =
  own === undefined
    ? undefined
    : (hostname, options, callback) => {
        if (isLocalName(hostname)) return dns().lookup(hostname, options, callback);
        lookUpWith(own, hostname, (fault, found) => {
          if (options.all === true) callback(fault, found);
          else callback(fault, found[0]?.address ?? "", found[0]?.family);
        });
      };

/** All addresses that a name has now; undefined where it cannot be said. */
export function addressesOf(hostname: string): Promise<readonly string[] | undefined> {
  return new Promise((resolve) => {
    const done = (fault: Error | null, found: readonly LookupAddress[]): void =>
      resolve(fault === null && found.length > 0 ? found.map(({ address }) => address) : undefined);
    if (own === undefined) dns().lookup(hostname, { all: true }, done);
    else lookUpWith(own, hostname, done);
  });
}
