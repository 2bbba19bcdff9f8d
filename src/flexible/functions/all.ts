// All functions that templates may call: Go's, sprig's and KrakenD's own two.
import { type JsonStyle, toJson } from "../go-json.js";
import { GoError } from "../values.js";
import { builtins } from "./builtins.js";
import { dates } from "./dates.js";
import { defaults } from "./defaults.js";
import { dicts } from "./dicts.js";
import { encodings, environmentFunctions } from "./encodings.js";
import { type FunctionTable, go } from "./kit.js";
import { lists } from "./lists.js";
import { numbers } from "./numbers.js";
import { patterns } from "./patterns.js";
import { secrets } from "./secrets.js";
import { strings } from "./strings.js";
import { versions } from "./versions.js";

export interface World {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The text of a partial; empty where there is none. */
  readonly include: (path: string) => string;
}

const HTML: JsonStyle = { html: true };

export function functionsOf({ include, environment }: World): FunctionTable {
  return {
    ...builtins,
    // Of one name the later wins: sprig has a `slice` of its own.
    ...strings,
    ...numbers,
    ...lists,
    ...dicts,
    ...defaults,
    ...encodings,
    ...patterns,
    ...secrets,
    ...versions,
    ...dates,
    ...environmentFunctions(environment),
    marshal: go(["any"], (value) => {
      try {
        return toJson(value, HTML);
      } catch (fault) {
        // Quirk: what JSON cannot hold is written as nothing [krakend-flexibleconfig template.go].
        if (fault instanceof GoError) return "";
        throw fault;
      }
    }),
    include: go(["string"], include),
  };
}
