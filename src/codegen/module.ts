// A module of the generated program before it is text.
import type { Code } from "./code.js";

export interface FunctionDeclaration {
  readonly kind: "function";
  readonly name: string;
  readonly async: boolean;
  readonly exported: boolean;
  readonly parameters: readonly { readonly name: string; readonly type: Code }[];
  readonly returns: Code;
  /** Lines of the doc comment; none, no comment. */
  readonly about: readonly string[];
  readonly body: Code;
}

export interface ConstantDeclaration {
  readonly kind: "constant";
  readonly name: string;
  readonly exported: boolean;
  readonly type?: Code;
  readonly value: Code;
}

/** A statement at the top of a module, where neither of the others fits. */
export interface Statement {
  readonly kind: "statement";
  readonly code: Code;
}

export type Declaration = FunctionDeclaration | ConstantDeclaration | Statement;

export interface Module {
  /** Path in the generated tree, with `/` and `.ts`: `routes/get-users-id.ts`. */
  readonly path: string;
  /** Head comment of the file; none in most. */
  readonly about: readonly string[];
  readonly declarations: readonly Declaration[];
}

/** A module as text. */
export interface GeneratedModule {
  readonly path: string;
  readonly text: string;
}
