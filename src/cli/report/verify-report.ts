import type { Drift, Verified } from '../../engine/verify.ts';
import { fieldLabel, pairName, sideNames } from '../../observability/words.ts';
import type { Report } from './html.ts';
import { fullValue } from './write.ts';

/** What `verify` found, as a page. */
export function verifyReport({ links, drift, comments, held }: Verified, at: string): Report {
  const fields = drift.filter((one) => one.kind === 'field').length;
  return {
    title: 'Casebridge: where the two sides differ',
    at,
    figures: [
      { name: 'Pairs read', value: String(links) },
      { name: 'Fields that differ', value: String(fields) },
      { name: 'Records not shown', value: String(drift.length - fields) },
      { name: 'Fields left alone on purpose', value: String(held) },
      { name: 'Comments without a counterpart', value: String(comments.reduce((sum, one) => sum + one.count, 0)) },
    ],
    columns: ['Tickets', 'Pair', 'What', sideNames.servicenow, sideNames.salesforce],
    rows: [
      ...drift.map((one) => [pairName(one.link), one.link.pair, ...driftCells(one, fullValue)]),
      ...comments.map(({ link, side, count }) => [
        pairName(link),
        link.pair,
        'Comments without a counterpart',
        side === 'servicenow' ? String(count) : '',
        side === 'salesforce' ? String(count) : '',
      ]),
    ],
    nothing: held === 0 ? 'Both sides agree.' : 'Both sides agree, but for fields that are left alone on purpose.',
  };
}

/** What differs, and what each side holds. */
export function driftCells(drift: Drift, show: typeof fullValue): readonly [string, string, string] {
  if (drift.kind === 'missing') {
    const why = drift.how === 'deleted' ? 'deleted' : 'deleted, or hidden from our user';
    const on = (side: Drift & { kind: 'missing' }): readonly [string, string] =>
      side.side === 'servicenow' ? [why, ''] : ['', why];
    return ['Record not shown', ...on(drift)];
  }
  const { field, values } = drift;
  return [
    fieldLabel(field, 'servicenow'),
    show(field, 'servicenow', values.servicenow),
    show(field, 'salesforce', values.salesforce),
  ];
}
