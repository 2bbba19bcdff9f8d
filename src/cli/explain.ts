// gwc explain
import { catalogue } from "../catalogue.js";
import { closest } from "../source/suggest.js";

/** Prints the long text of a diagnostic; 2 when there is none of that code. */
export function explain(code: string): number {
  const message = Object.hasOwn(catalogue, code) ? catalogue[code] : undefined;
  if (message === undefined) {
    const near = closest(code, Object.keys(catalogue));
    process.stderr.write(
      `there is no diagnostic \`${code}\`${near === undefined ? "" : `; did you mean \`${near}\`?`}\n`,
    );
    return 2;
  }
  const parts = [
    `${message.severity}[${code}]: ${message.sentence}`,
    message.explain,
    message.hint === undefined ? undefined : `hint: ${message.hint}`,
    message.krakend === undefined ? undefined : `krakend: ${message.krakend}`,
    message.compat === undefined ? undefined : `with --compat krakend: ${message.compat}`,
    message.bad === undefined ? undefined : `wrong:\n  ${message.bad}`,
    message.good === undefined ? undefined : `right:\n  ${message.good}`,
  ];
  process.stdout.write(`${parts.filter((part) => part !== undefined).join("\n\n")}\n`);
  return 0;
}
