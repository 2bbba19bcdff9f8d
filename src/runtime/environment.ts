// What the generated program takes from its environment when it starts. Nothing that is missing or wrong
// is served with: all of it is said at once, and the process ends.
import { isIP } from "node:net";
import { logWarning } from "./log.js";
import { thread } from "./thread.js";

/** Variables that count when a gateway starts, and those that Kubernetes sets for a service called krakend. */
const EXPECTED =
  /^KRAKEND_(?:PORT|LISTEN_IP|SERVICE_(?:HOST|PORT(?:_.*)?)|PORT_\d+_(?:TCP|UDP|SCTP)(?:_.*)?|)$/;

/** The variables of KrakenD that count when a gateway starts; remembers what is wrong with them. */
export class StartEnvironment {
  protected readonly variables: Readonly<Record<string, string | undefined>>;
  protected readonly faults: string[] = [];

  constructor(variables: Readonly<Record<string, string | undefined>> = process.env) {
    this.variables = variables;
  }

  /** `KRAKEND_PORT` as KrakenD reads it, else what was configured. */
  krakendPort(configured: number): number {
    const text = this.variables.KRAKEND_PORT;
    if (text === undefined) return configured;
    const plain = text.replaceAll("_", "");
    if (/^0*$/.test(plain)) return 8080;
    const port = parsePort(plain);
    const injected = /^[a-z]+:\/\//.test(text)
      ? "; Kubernetes sets it for a service called krakend: write `enableServiceLinks: false` into the pod"
      : "";
    if (port === undefined)
      this.faults.push(`KRAKEND_PORT is \`${shown(text)}\`, which is no port from 1 to 65535${injected}`);
    return port ?? configured;
  }

  /** `KRAKEND_LISTEN_IP`, else what was configured. */
  krakendListenIp(configured: string): string {
    const text = this.variables.KRAKEND_LISTEN_IP;
    if (text !== undefined && !isAddress(text))
      this.faults.push(`KRAKEND_LISTEN_IP is \`${shown(text)}\`, which is no IP address`);
    return text ?? configured;
  }

  /** Says which variables come too late: KrakenD would read them now. */
  warnOfLate(): void {
    for (const name of Object.keys(this.variables)) {
      if (name.startsWith("KRAKEND_") && !EXPECTED.test(name))
        logWarning(`[SERVICE: gwc] ${name} is read when the gateway is built; it does nothing now`);
    }
  }

  /** Ends the process, or the attempt to take the program over, where anything is missing or wrong. */
  refuseFaults(): void {
    if (this.faults.length === 0) return;
    const text = `cannot start:\n${this.faults.map((fault) => `  ${fault}\n`).join("")}`;
    // In a gateway that is serving, the new configuration is refused and the old one goes on.
    if (thread.receive !== undefined) throw new Error(text.trimEnd());
    process.stderr.write(text);
    process.exit(1);
  }
}

/** A port in decimal or hexadecimal digits. */
export function parsePort(text: string): number | undefined {
  if (!/^(?:0[xX][\dA-Fa-f]+|0*[1-9]\d{0,4})$/.test(text)) return undefined;
  const port = Number(text);
  return port >= 1 && port <= 65535 ? port : undefined;
}

export function isAddress(text: string): boolean {
  return text === "" || (isIP(text) !== 0 && !text.includes("%"));
}

/** Enough of a value to know it by, on one line. */
export function shown(text: string): string {
  const line = text.replace(/[\x00-\x1f\x7f-\x9f]/g, "?");
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}
