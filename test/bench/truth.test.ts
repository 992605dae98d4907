import { describe, expect, it } from 'vitest';
import { compare, digest, isWhole, type Ticket } from '../../scripts/bench/throughput/truth.ts';

const incident = (id: string, subject: string, partner = ''): Ticket => ({ id, partner, fields: { subject } });
const cased = (id: string, subject: string, partner = ''): Ticket => ({ id, partner, fields: { subject } });

describe('the truth of two desks', () => {
  it('is whole when each ticket has one partner that says the same, whichever side carries the mark', () => {
    const truth = compare({
      servicenow: [incident('i1', 'Printer'), incident('i2', 'Mail', 'c2')],
      salesforce: [cased('c1', 'Printer', 'i1'), cased('c2', 'Mail')],
    });
    expect(isWhole(truth)).toBe(true);
    expect(truth.tickets).toBe(4);
  });

  it('takes a pair that both sides mark for one pair', () => {
    const truth = compare({ servicenow: [incident('i1', 'Mail', 'c1')], salesforce: [cased('c1', 'Mail', 'i1')] });
    expect(isWhole(truth)).toBe(true);
  });

  it('counts a ticket that never arrived, on the side where it is left alone', () => {
    const truth = compare({ servicenow: [incident('i1', 'Printer')], salesforce: [cased('c9', 'Mail')] });
    expect(truth.lost).toBe(2);
  });

  it('counts an incident that two Cases stand for', () => {
    const truth = compare({
      servicenow: [incident('i1', 'Printer')],
      salesforce: [cased('c1', 'Printer', 'i1'), cased('c2', 'Printer', 'i1')],
    });
    expect(truth).toMatchObject({ lost: 0, twice: 1 });
    expect(truth.examples).toEqual(['twice: i1']);
  });

  it('counts fields that differ and shows the first of them', () => {
    const truth = compare({ servicenow: [incident('i1', 'Printer')], salesforce: [cased('c1', 'Mail', 'i1')] });
    expect(truth.different).toBe(1);
    expect(truth.examples).toEqual(['i1 subject: "Printer" | "Mail"']);
  });

  it('tells sets of comments apart, and does not mind their order', () => {
    expect(digest(['a', 'b'])).toBe(digest(['b', 'a']));
    expect(digest(['a', 'b'])).not.toBe(digest(['ab']));
    expect(digest(['a', 'a'])).not.toBe(digest(['a']));
    expect(digest([])).toBe('');
  });
});
