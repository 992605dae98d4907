import { asText } from '../values.ts';

/** Anything in `@{…}` is taken for a reference, texts of people included: `@{ref.id}` and `@{ref.records[0].Id}` replaced by values of earlier answers; the first that has none is named. */
export function fillReferences<T>(
  value: T,
  answers: ReadonlyMap<string, unknown>,
): { readonly value: T } | { readonly unresolved: string } {
  let missing: string | null = null;
  const text = JSON.stringify(value).replace(/@\{([^}]*)\}/g, (whole, inside: string) => {
    const [, reference = '', path = ''] = /^(\w+)\.(.+)$/.exec(inside) ?? [];
    const found = lookUp(answers.get(reference), path);
    if (typeof found === 'object' || found === undefined) {
      missing ??= inside;
      return whole;
    }
    return JSON.stringify(asText(found)).slice(1, -1);
  });
  if (missing !== null) return { unresolved: missing };
  const filled: T = JSON.parse(text);
  return { value: filled };
}

function lookUp(value: unknown, path: string): unknown {
  let current = value;
  for (const step of path.split(/[.[\]]+/).filter((part) => part !== '')) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = new Map<string, unknown>(Object.entries(current)).get(step);
  }
  return current;
}
