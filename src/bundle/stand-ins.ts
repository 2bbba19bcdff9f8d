// Parts of packages that are imported for little and bring much: what stands for them in a bundle.
import type { Plugin } from "esbuild";

interface StandIn {
  /** The end of the part's path. */
  readonly part: string;
  readonly contents: string;
}

const STAND_INS: readonly StandIn[] = [
  // Two libraries of fengari take its list of all libraries for a check that does nothing; the list brings files,
  // other programs and a debugger that asks on the terminal.
  { part: "fengari/src/lualib.js", contents: "module.exports = { lua_assert() {} };" },
];

export const standIns: Plugin = {
  name: "stand-ins",
  setup(setup) {
    for (const { part, contents } of STAND_INS) {
      const filter = new RegExp(`${part.replaceAll("/", "[/\\\\]").replaceAll(".", "\\.")}$`);
      setup.onLoad({ filter }, () => ({ contents, loader: "js" }));
    }
  },
};
