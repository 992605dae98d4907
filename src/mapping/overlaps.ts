import type { z } from 'zod';
import { otherSide } from '../core/side.ts';
import type { PairConfig } from './define-config.ts';
import { objectOf, overlap } from './routing.ts';

const names = { servicenow: 'ServiceNow', salesforce: 'Salesforce' } as const;

/** Pairs that would take the same record, and so make two tickets of one. */
export function checkOverlaps(pairs: readonly unknown[], input: unknown): z.core.$ZodRawIssue[] {
  const configs = pairs as readonly PairConfig[];
  return configs.flatMap((pair, index) =>
    configs.slice(0, index).flatMap((earlier): z.core.$ZodRawIssue[] => {
      // Two of one name have their own sentence.
      const side = earlier.name === pair.name ? null : overlap(earlier, pair);
      if (side === null) return [];
      const message =
        `takes the same ${names[side]} records (${objectOf(pair, side)}) as the pair \`${earlier.name}\`, so that one of them would ` +
        `get two tickets in ${names[otherSide(side)]}: give each a ${side === 'salesforce' ? '`recordType`, or a ' : ''}` +
        '`scope` that leaves out what the other takes';
      return [{ code: 'custom', input, path: ['pairs', index], message }];
    }),
  );
}
