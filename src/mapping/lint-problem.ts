import type { Side } from '../core/side.ts';

/** One fault of a mapping, found before anything is written. Data only; the sentence is made by `sentence`. */
export type LintProblem = LintPlace & LintFault;

export interface LintPlace {
  readonly pair: string;
  /** Place within the pair: `fields[2].classes[0].servicenow`, `resolve`. */
  readonly where: string;
}

export type LintFault =
  | {
      readonly kind: 'unknown-field';
      readonly side: Side;
      readonly object: string;
      readonly field: string;
      readonly nearest: string | null;
    }
  | {
      readonly kind: 'wrong-type';
      readonly side: Side;
      readonly field: string;
      readonly type: string;
      readonly wanted: 'text' | 'one value' | 'a date' | 'a person or team' | 'a parent' | 'something to look for';
    }
  | {
      readonly kind: 'unknown-choice';
      readonly side: Side;
      readonly field: string;
      readonly value: string;
      readonly nearest: string | null;
      readonly choices: readonly string[];
    }
  | { readonly kind: 'not-writable'; readonly side: Side; readonly field: string }
  | { readonly kind: 'required-not-written'; readonly side: Side; readonly object: string; readonly field: string }
  | {
      readonly kind: 'two-writers';
      readonly side: Side;
      readonly field: string;
      readonly names: readonly [string, string];
    }
  | { readonly kind: 'same-name'; readonly name: string }
  | {
      readonly kind: 'external-id';
      readonly object: string;
      readonly field: string;
      readonly lacks: 'field' | 'externalId' | 'unique';
    }
  | { readonly kind: 'resolve-missing'; readonly field: string }
  | { readonly kind: 'hold-reason-missing' }
  | {
      readonly kind: 'record-type';
      readonly object: string;
      readonly name: string;
      readonly nearest: string | null;
      readonly known: readonly string[];
    };
