import { Secret } from './secret.ts';

/** Every secret in a tree of settings, for the redaction of logs. */
export function secretsOf(settings: object): readonly Secret[] {
  return Object.values(settings).flatMap((value: unknown): readonly Secret[] => {
    if (value instanceof Secret) return [value];
    return typeof value === 'object' && value !== null ? secretsOf(value) : [];
  });
}
