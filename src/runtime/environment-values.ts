// Values of a configuration that the generated program makes when it starts: `${env:NAME}`.
import { parseDuration } from "./duration.js";
import { isAddress, parsePort, StartEnvironment, shown } from "./environment.js";

/** Makes values out of variables, and remembers what is wrong with them. */
export class ValueEnvironment extends StartEnvironment {
  /** Variables of the value that is being made, and those of them that are missing. */
  #asked: string[] = [];
  #missing: string[] = [];

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

  /** Ends one value; `fault` says what is wrong with it. */
  #finish(where: string, fault?: string): void {
    for (const name of this.#missing) this.faults.push(`${name} is not set (${where})`);
    if (this.#missing.length === 0 && fault !== undefined)
      this.faults.push(`${this.#asked.join(", ")}: the value is ${fault} (${where})`);
    this.#asked = [];
    this.#missing = [];
  }
}

const HOST = /(https?:\/\/)?([a-zA-Z0-9._-]+)(:[0-9]{2,6})?\/?/g;

function cleanHost(text: string): string | undefined {
  const [match, second] = text.matchAll(HOST);
  if (match === undefined || second !== undefined) return undefined;
  return `${match[1] ?? "http://"}${match[2]}${match[3] ?? ""}`;
}
