// What the compiler asks of the machine.
import { faultOf as find } from "./runtime-machine.js";

/** The fault of a script's syntax, with its line; undefined where it has none. Bytes, as everywhere in Lua. */
export function faultOf(text: string, name: string): string | undefined {
  return find(text, name);
}
