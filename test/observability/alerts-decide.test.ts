import { describe, expect, it } from 'vitest';
import {
  type Condition,
  conditionsOf,
  keyOf,
  lowestOf,
  type Sample,
  withSample,
} from '../../src/observability/alerts/conditions.ts';
import { decideAlerts, gapMs, type Ledger } from '../../src/observability/alerts/decide.ts';
import type { Facts, SideFacts } from '../../src/observability/alerts/facts.ts';
import { describeAlert } from '../../src/observability/describe-alert.ts';

const start = Date.UTC(2026, 2, 2, 8);
const minutes = (n: number): number => n * 60_000;
const days = (n: number): number => n * 86_400_000;

const fine: SideFacts = {
  state: 'running',
  text: null,
  silentSeconds: 5,
  lagSeconds: 10,
  budgetLeft: 0.8,
  tokenEndsAt: null,
};
const thresholds = { lagSeconds: 900, quarantineGrowth: 10, budgetPercent: 10 };

function factsWith(servicenow: Partial<SideFacts>, parts: Partial<Facts> = {}): Facts {
  return {
    now: start,
    healthy: true,
    sides: { servicenow: { ...fine, ...servicenow }, salesforce: fine },
    quarantined: 0,
    pauses: [],
    ...parts,
  };
}

const pause = {
  pair: 'incident-case',
  reason: 'side-blind',
  detail: { side: 'salesforce' },
  at: '2026-03-02',
} as const;

describe('what is worth an alert', () => {
  it.each<[string, Facts, readonly string[]]>([
    ['nothing where all is well', factsWith({}), []],
    [
      'a refused login at once',
      factsWith({ state: 'unauthorised', silentSeconds: 1 }),
      ['side-unauthorised:servicenow'],
    ],
    ['no short pause', factsWith({ state: 'paused', silentSeconds: 299 }), []],
    ['a long silence', factsWith({ state: 'paused', silentSeconds: 300 }), ['side-unreachable:servicenow']],
    [
      'one cause once: the lag of a silent side follows from it',
      factsWith({ state: 'paused', silentSeconds: 4000, lagSeconds: 4000 }),
      ['side-unreachable:servicenow'],
    ],
    ['no lag at the limit', factsWith({ lagSeconds: 900 }), []],
    ['a lag above it', factsWith({ lagSeconds: 901 }), ['lag:servicenow']],
    ['no lag while the first walk brings pages', factsWith({ lagSeconds: null, silentSeconds: 3 }), []],
    ['a side that was never read', factsWith({ lagSeconds: null, silentSeconds: 901 }), ['lag:servicenow']],
    ['no budget at the limit', factsWith({ budgetLeft: 0.1 }), []],
    ['a budget below it', factsWith({ budgetLeft: 0.0999 }), ['budget:servicenow']],
    ['no budget that nobody tells', factsWith({ budgetLeft: null }), []],
    ['no token with weeks to live', factsWith({ tokenEndsAt: new Date(start + days(15)).toISOString() }), []],
    [
      'a token that ends in two weeks',
      factsWith({ tokenEndsAt: new Date(start + days(14) - 1).toISOString() }),
      ['token-ends:servicenow'],
    ],
    ['a pair that stands still', factsWith({}, { pauses: [pause] }), ['pair-paused:incident-case']],
    ['no nine more records', factsWith({}, { quarantined: 14 }), []],
    ['ten more records', factsWith({}, { quarantined: 15 }), ['quarantine-grows']],
  ])('is %s', (_what, facts, keys) => {
    expect(conditionsOf(facts, 5, thresholds).map(keyOf)).toEqual(keys);
  });

  it('forgets how few were set aside after an hour', () => {
    let samples: readonly Sample[] = [];
    const at = (minute: number, quarantined: number): number => {
      samples = withSample(samples, { at: start + minutes(minute), quarantined });
      return lowestOf(samples);
    };
    expect(lowestOf([])).toBe(0);
    expect(at(0, 3)).toBe(3);
    expect(at(30, 20)).toBe(3);
    expect(at(59, 20)).toBe(3);
    expect(at(60, 20)).toBe(20);
  });

  it('is told in a sentence with the command that helps', () => {
    const sentences = [
      ...conditionsOf(factsWith({ state: 'unauthorised', text: 'refused' }), 0, thresholds),
      ...conditionsOf(factsWith({ lagSeconds: 4000, budgetLeft: 0.04 }, { quarantined: 12 }), 0, thresholds),
    ].map(describeAlert);
    expect(sentences).toEqual([
      'ServiceNow lets us in no more: refused. "casebridge doctor" says what is missing.',
      'ServiceNow was not read to its end for 67 min (limit: 15 min).',
      '4 % of the API calls of ServiceNow are left (limit: 10 %).',
      '12 records are set aside, 12 more than within the last hour: casebridge quarantine list',
    ]);
  });
});

const lag: Condition = { kind: 'lag', side: 'servicenow', seconds: 1000, limit: 900 };
const budget: Condition = { kind: 'budget', side: 'salesforce', leftPercent: 4, limit: 10 };

/** Goes through a day minute by minute, with everything delivered, and says what was told when. */
function live(isWrong: (minute: number) => readonly Condition[], until: number): readonly string[] {
  let ledger: Ledger = {};
  const told: string[] = [];
  for (let minute = 0; minute <= until; minute += 1) {
    const { notices, delivered } = decideAlerts(ledger, isWrong(minute), start + minutes(minute), describeAlert);
    ledger = delivered;
    for (const { state, key, times } of notices) told.push(`${minute} ${state} ${key} ${times}`);
  }
  return told;
}

describe('when an alert is sent', () => {
  it('is once, again after 30 minutes, ever more rarely, and when it is over', () => {
    expect(live((minute) => (minute >= 5 && minute < 300 ? [lag] : []), 400)).toEqual([
      '5 raised lag:servicenow 1',
      '35 repeated lag:servicenow 2',
      '95 repeated lag:servicenow 3',
      '215 repeated lag:servicenow 4',
      '302 resolved lag:servicenow 4',
    ]);
  });

  it('doubles its gap up to a day', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 50].map((times) => gapMs(times) / minutes(60))).toEqual([
      0.5, 1, 2, 4, 8, 16, 24, 24, 24,
    ]);
  });

  it('counts what comes and goes within two minutes as one', () => {
    expect(live((minute) => (minute % 2 === 0 && minute < 20 ? [lag] : []), 30)).toEqual([
      '0 raised lag:servicenow 1',
      '21 resolved lag:servicenow 1',
    ]);
  });

  it('tells one alert apart from another', () => {
    expect(live((minute) => (minute < 10 ? [lag] : [budget]), 20)).toEqual([
      '0 raised lag:servicenow 1',
      '10 raised budget:salesforce 1',
      '12 resolved lag:servicenow 1',
    ]);
  });

  it('is new again when it comes back after it was over', () => {
    expect(live((minute) => (minute < 3 || minute >= 10 ? [lag] : []), 12)).toEqual([
      '0 raised lag:servicenow 1',
      '5 resolved lag:servicenow 1',
      '10 raised lag:servicenow 1',
    ]);
  });

  it('says again what was not delivered, and is silent about what nobody ever heard of', () => {
    const first = decideAlerts({}, [lag], start, describeAlert);
    const second = decideAlerts(first.undelivered, [lag], start + minutes(1), describeAlert);
    expect(second.notices).toMatchObject([{ state: 'raised', times: 1 }]);
    expect(decideAlerts(second.undelivered, [], start + minutes(9), describeAlert).notices).toEqual([]);
  });

  it('says that it is over until that is delivered', () => {
    const raised = decideAlerts({}, [lag], start, describeAlert).delivered;
    const calm = decideAlerts(raised, [], start + minutes(1), describeAlert);
    expect(calm.notices).toEqual([]);
    const over = decideAlerts(calm.delivered, [], start + minutes(3), describeAlert);
    expect(over.notices).toMatchObject([{ state: 'resolved' }]);
    expect(decideAlerts(over.undelivered, [], start + minutes(4), describeAlert).notices).toEqual(over.notices);
    expect(over.delivered).toEqual({});
  });
});
