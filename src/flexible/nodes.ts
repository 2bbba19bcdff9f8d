// What a template is made of, once it is parsed [Go text/template/parse node.go].
import type { Span } from "../source/text.js";
import type { GoInt } from "./values.js";

/** Something with a value: an operand of a command. */
export type Operand =
  | { readonly kind: "dot"; readonly span: Span }
  | { readonly kind: "nil"; readonly span: Span }
  | { readonly kind: "bool"; readonly span: Span; readonly value: boolean }
  | { readonly kind: "string"; readonly span: Span; readonly value: string }
  | NumberNode
  | { readonly kind: "field"; readonly span: Span; readonly names: readonly Name[] }
  | { readonly kind: "variable"; readonly span: Span; readonly name: string; readonly names: readonly Name[] }
  | { readonly kind: "function"; readonly span: Span; readonly name: string }
  | { readonly kind: "chain"; readonly span: Span; readonly base: Operand; readonly names: readonly Name[] }
  | Pipeline;

/** A constant; `1` is both an integer and a float, `1.5` a float alone. */
export interface NumberNode {
  readonly kind: "number";
  readonly span: Span;
  readonly integer: bigint | undefined;
  readonly float: number;
  /** What the constant is when nothing asks for a type. */
  readonly ideal: GoInt | number;
}

/** One name behind a dot. */
export interface Name {
  readonly text: string;
  readonly span: Span;
}

export interface Command {
  readonly span: Span;
  readonly words: readonly Operand[];
}

export interface Pipeline {
  readonly kind: "pipeline";
  readonly span: Span;
  /** The variables that the pipeline declares or sets. */
  readonly variables: readonly string[];
  /** Whether they are set with `=`, not declared with `:=`. */
  readonly assigns: boolean;
  readonly commands: readonly Command[];
}

export type Node =
  | { readonly kind: "text"; readonly span: Span }
  | { readonly kind: "action"; readonly span: Span; readonly pipeline: Pipeline }
  | BranchNode
  | {
      readonly kind: "template";
      readonly span: Span;
      readonly name: string;
      readonly nameSpan: Span;
      readonly pipeline: Pipeline | undefined;
    }
  | { readonly kind: "break"; readonly span: Span }
  | { readonly kind: "continue"; readonly span: Span };

export interface BranchNode {
  readonly kind: "if" | "with" | "range";
  readonly span: Span;
  readonly pipeline: Pipeline;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[] | undefined;
}

/** A template under its name. */
export interface Template {
  readonly name: string;
  readonly nodes: readonly Node[];
}
