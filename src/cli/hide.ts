import { join } from 'node:path';
import type { Environment } from '../config/environment.ts';
import { secretsIn } from '../config/secrets-in.ts';
import { createRedactor } from '../observability/redact.ts';

/** Where settings come from: the process's environment and the project's folder. */
export interface Place {
  readonly env: Environment;
  readonly folder: string;
}

/** Takes out of a text whatever is secret in the settings of this place, the demo's included, and whatever looks like a secret. */
export function hideSecrets({ env, folder }: Place, text: string): string {
  const files = [join(folder, '.env'), join(folder, '.casebridge', 'demo', 'demo.env')];
  return createRedactor(secretsIn(env, files)).text(text);
}

/** An error with its causes and where it came from, without secrets; properties of errors (requests, headers) are left out. */
export function stackOf(place: Place, error: unknown): string {
  const parts: string[] = [];
  for (let at: unknown = error, depth = 0; at !== undefined && depth < 5; depth += 1) {
    parts.push(at instanceof Error ? (at.stack ?? `${at.name}: ${at.message}`) : `a value of type ${typeof at}`);
    at = at instanceof Error ? at.cause : undefined;
  }
  return hideSecrets(place, parts.join('\nCaused by: '));
}
