import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createCounts } from '../../src/observability/metrics/counts.ts';
import { createGauges } from '../../src/observability/metrics/gauges.ts';

it('names no figure in docs/watching.md that is not there', () => {
  const registry = new Registry();
  createCounts(registry);
  createGauges(registry, '1.2.3');
  const there = registry.getMetricsAsArray().map(({ name }) => name);
  const rows = readFileSync(join(import.meta.dirname, '../../docs/watching.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `casebridge_'));
  const named = rows.flatMap((row) => {
    const [, cell = ''] = row.split('|');
    return [...cell.matchAll(/`([\w]+)`/g)].map(([, name = '']) => name.replace(/^_/, 'casebridge_'));
  });
  expect(named.length).toBeGreaterThan(25);
  for (const name of named) expect(there, name).toContain(name);
});
