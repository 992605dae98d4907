import { describe, expect, it } from 'vitest';
import { planRounds, type Wish } from '../../scripts/bench/throughput/plan.ts';

const wish: Wish = {
  only: null,
  latencies: ['0', '20', '100', 'realistic'],
  tickets: 5000,
  quick: false,
  profileInto: null,
};

function shown(some: Partial<Wish>): readonly string[] {
  return planRounds({ ...wish, ...some }).map(({ options, tickets, steps }) => {
    const groups = [...new Set(steps.map(({ group }) => group))].join(' ');
    return `${options.latency}, ${tickets}, ${options.prepared} prepared: ${groups}`;
  });
}

describe('the rounds of a benchmark', () => {
  it('measures bursts at every latency, and the rest once', () => {
    expect(shown({})).toEqual([
      '0, 5000, 5000 prepared: changed',
      '20, 5000, 0 prepared: created changed both stamps',
      '100, 5000, 0 prepared: created changed both',
      'realistic, 240, 240 prepared: changed both',
      '20, 5000, 5000 prepared: load comments files lag hot resync peer',
      '20, 1000, 1000 prepared: idle',
    ]);
  });

  it('measures what is asked for, at each latency that is asked for', () => {
    expect(shown({ only: new Set(['changed']), latencies: ['20', '100'] })).toEqual([
      '20, 5000, 5000 prepared: changed',
      '100, 5000, 5000 prepared: changed',
    ]);
  });

  it('measures once what is not worth a round at each latency', () => {
    expect(shown({ only: new Set(['comments', 'idle']), latencies: ['100', '0'] })).toEqual([
      '100, 5000, 5000 prepared: comments',
      '100, 1000, 1000 prepared: idle',
    ]);
  });

  it('is short when that is asked for', () => {
    expect(shown({ quick: true, latencies: ['20'], tickets: 1000 })).toEqual(['20, 1000, 1000 prepared: changed lag']);
  });
});
