import type { Values } from '../values.ts';
import type { ErrorEntry } from '../errors.ts';

export interface ValidationRule {
  readonly name: string;
  readonly object: string;
  /** The rule's own text: it is what the API answers. */
  readonly message: string;
  /** The field the error is pinned to; none: the whole record. */
  readonly field?: string;
  /** True where the save must be refused. `before` is null on create. */
  readonly refuses: (row: Readonly<Values>, before: Readonly<Values> | null) => boolean;
}

/** The org's validation rules: none at first. */
export class Validation {
  readonly #rules = new Map<string, ValidationRule>();

  add(rule: ValidationRule): void {
    this.#rules.set(rule.name, rule);
  }

  remove(name: string): void {
    this.#rules.delete(name);
  }

  clear(): void {
    this.#rules.clear();
  }

  /** Every rule that fires has an entry of its own (recording `write-400-multiple-validation-errors`). */
  check(object: string, row: Values, before: Values | null): readonly ErrorEntry[] {
    return [...this.#rules.values()]
      .filter((rule) => rule.object === object && rule.refuses(row, before))
      .map((rule) => ({
        message: rule.message,
        errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
        fields: rule.field === undefined ? [] : [rule.field],
      }));
  }
}
