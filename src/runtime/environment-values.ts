// Values of a configuration that the generated program makes when it starts: `${env:NAME}`.
import { isIP } from "node:net";
import { parseDuration } from "./duration.js";
import { isAddress, parsePort, StartEnvironment, shown } from "./environment.js";

/** A class whose constructor throws where a text is no pattern. */
type PatternClass = new (pattern: string) => unknown;

/** Makes values out of variables, and remembers what is wrong with them. */
export class ValueEnvironment extends StartEnvironment {
  /** Variables of the value that is being made, and those of them that are missing. */
  #asked: string[] = [];
  #missing: string[] = [];
  /** Where variables are asked for that are not set. */
  readonly #absent = new Map<string, string[]>();

  /** The text of a variable, or the default where it is absent or empty. */
  variable(name: string, otherwise?: string): string {
    const value = this.variables[name];
    this.#asked.push(name);
    if (otherwise !== undefined) return value || otherwise;
    if (value === undefined) this.#missing.push(name);
    return value ?? "";
  }

  /** Any text. `where` names the place in the configuration: `krakend.json:7`. */
  text(where: string, text: string): string {
    this.#finish(where);
    return text;
  }

  /** The UTF-8 bytes of a text, a unit each. */
  bytes(where: string, text: string): string {
    this.#finish(where);
    return Buffer.from(text, "utf8").toString("latin1");
  }

  /** A host of a backend, cleaned as KrakenD cleans it [lura config/uri.go]. */
  host(where: string, text: string): string {
    const host = cleanHost(text);
    const fault = "not a host: write scheme, name and port only, http://api.example.com:8080";
    this.#finish(where, host === undefined ? fault : undefined);
    return host ?? "";
  }

  /** A host that `disable_host_sanitize` takes as it is. */
  verbatimHost(where: string, text: string): string {
    this.#finish(where, text === "" ? "empty" : undefined);
    return Buffer.from(text, "utf8").toString("latin1");
  }

  /** A text that looks like `form`. What it is is not said: it may be a secret. */
  matching(where: string, text: string, form: RegExp, wanted: string): string {
    this.#finish(where, form.test(text) ? undefined : `not ${wanted}`);
    return text;
  }

  /** The same as a string of its UTF-8 bytes. */
  matchingBytes(where: string, text: string, form: RegExp, wanted: string): string {
    return Buffer.from(this.matching(where, text, form, wanted), "utf8").toString("latin1");
  }

  /** A text of JSON with its quotes, in bytes, as Go prints it. */
  json(where: string, text: string): string {
    this.#finish(where);
    const quoted = JSON.stringify(text)
      .replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .replace(/\\ud[89a-f][0-9a-f]{2}/g, "\\ufffd");
    return Buffer.from(quoted, "utf8").toString("latin1");
  }

  /** A regular expression of Go's; where it is none, one that matches itself, for as long as it takes to say so. */
  pattern(where: string, text: string, regularExpression: PatternClass): string {
    try {
      new regularExpression(text);
      this.#finish(where, text === "" ? "empty, a pattern that everything matches" : undefined);
      return text;
    } catch (fault) {
      this.#finish(where, `no regular expression (${(fault as Error).message})`);
      return "";
    }
  }

  /** An IP address or a network. */
  network(where: string, text: string): string {
    const fault = `\`${shown(text)}\`, which is neither an IP address nor a network such as 10.0.0.0/8`;
    this.#finish(where, isNetwork(text) ? undefined : fault);
    return text;
  }

  port(where: string, text: string): number {
    const port = parsePort(text);
    this.#finish(
      where,
      port === undefined ? `\`${shown(text)}\`, which is no port from 1 to 65535` : undefined,
    );
    return port ?? 0;
  }

  /** An IP address; empty: all of this machine. */
  address(where: string, text: string): string {
    const fault = `\`${shown(text)}\`, which is no IP address such as 127.0.0.1 or ::1`;
    this.#finish(where, isAddress(text) ? undefined : fault);
    return text;
  }

  /** Milliseconds of a positive duration of Go's. */
  duration(where: string, text: string): number {
    const milliseconds = parseDuration(text) ?? 0;
    const fault = `\`${shown(text)}\`, which is no positive duration such as 1500ms`;
    this.#finish(where, milliseconds > 0 ? undefined : fault);
    return milliseconds;
  }

  /** The same in whole milliseconds, no more than a timer can wait: 24.8 days. */
  timer(where: string, text: string): number {
    return Math.min(Math.ceil(this.duration(where, text)), 2 ** 31 - 1);
  }

  override refuseFaults(): void {
    const absent = [...this.#absent].map(
      ([name, places]) => `${name} is not set (${[...new Set(places)].join(", ")})`,
    );
    this.faults.unshift(...absent);
    super.refuseFaults();
  }

  /** Ends one value; `fault` says what is wrong with it. */
  #finish(where: string, fault?: string): void {
    for (const name of this.#missing) this.#absent.set(name, [...(this.#absent.get(name) ?? []), where]);
    if (this.#missing.length === 0 && fault !== undefined)
      this.faults.push(`${this.#asked.join(", ")}: the value is ${fault} (${where})`);
    this.#asked = [];
    this.#missing = [];
  }
}

/** An address, or one with the number of bits that count. */
function isNetwork(text: string): boolean {
  const [address = "", bits, ...more] = text.split("/");
  const family = isIP(address);
  if (family === 0 || more.length > 0 || address.includes("%")) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32));
}

const HOST = /(https?:\/\/)?([a-zA-Z0-9._-]+)(:[0-9]{2,6})?\/?/g;

function cleanHost(text: string): string | undefined {
  const [match, second] = text.matchAll(HOST);
  if (match === undefined || second !== undefined) return undefined;
  return `${match[1] ?? "http://"}${match[2]}${match[3] ?? ""}`;
}
