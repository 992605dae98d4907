import { describe, expect, it } from 'vitest';
import type { Channel, Message } from '../../src/observability/alerts/channel.ts';
import type { Facts } from '../../src/observability/alerts/facts.ts';
import { type AlertWatch, createAlertWatch } from '../../src/observability/alerts/watch.ts';
import { createMemoryLeases } from '../../src/store/memory/leases.ts';
import type { Leases } from '../../src/store/leases.ts';
import { fakeClock, type FakeClock } from '../support/clock.ts';
import { seededIds } from '../support/random.ts';

const signal = new AbortController().signal;

/** A receiver that can be out of order. */
function receiver(name: string) {
  const got: Message[] = [];
  let broken = false;
  let asked = 0;
  const channel: Channel = {
    name,
    send: async (message) => {
      asked += 1;
      if (broken) throw new Error('connection refused');
      got.push(message);
    },
  };
  return {
    channel,
    states: () => got.flatMap(({ notices }) => notices.map(({ state, key }) => `${state} ${key}`)),
    asked: () => asked,
    breaks: (yes: boolean) => {
      broken = yes;
    },
  };
}

class Stage {
  readonly clock: FakeClock = fakeClock();
  readonly leases: Leases = createMemoryLeases();
  quarantined = 0;
  lagSeconds = 0;
  blind = false;
  looks = 0;
  readonly failures: string[] = [];

  replica(seed: number, ...channels: readonly Channel[]): AlertWatch {
    return createAlertWatch({
      clock: this.clock,
      ids: seededIds(seed),
      leases: this.leases,
      look: async () => this.facts(),
      thresholds: { lagSeconds: 900, quarantineGrowth: 10, budgetPercent: 10 },
      channels,
      onSent: (channel, _notices, error) => {
        if (error !== null) this.failures.push(`${channel}: ${error.message}`);
      },
    });
  }

  facts(): Facts {
    this.looks += 1;
    if (this.blind) throw new Error('the database is gone');
    const side = { state: 'running', text: null, silentSeconds: 0, budgetLeft: null, tokenEndsAt: null } as const;
    return {
      now: this.clock.now(),
      healthy: true,
      sides: {
        servicenow: { ...side, lagSeconds: this.lagSeconds },
        salesforce: { ...side, lagSeconds: 0 },
      },
      quarantined: this.quarantined,
      pauses: [],
    };
  }

  /** So many half minutes pass for these replicas. */
  async ticks(times: number, ...replicas: readonly AlertWatch[]): Promise<void> {
    for (let n = 0; n < times; n += 1) {
      for (const replica of replicas) await replica.tick(signal);
      await this.clock.advance(30_000);
    }
  }
}

describe('the watch', () => {
  it('tells once, whatever number of replicas looks on', async () => {
    const stage = new Stage();
    const hook = receiver('webhook');
    const replicas = [1, 2, 3].map((seed) => stage.replica(seed, hook.channel));
    stage.lagSeconds = 4000;
    await stage.ticks(20, ...replicas);
    expect(hook.states()).toEqual(['raised lag:servicenow']);
    expect(stage.looks).toBe(20);
  });

  it('is taken over when the one that had it dies, and nothing is said twice', async () => {
    const stage = new Stage();
    const hook = receiver('webhook');
    const [first, second] = [stage.replica(1, hook.channel), stage.replica(2, hook.channel)];
    stage.lagSeconds = 4000;
    await stage.ticks(2, first, second);
    await stage.ticks(10, second);
    expect(hook.states()).toEqual(['raised lag:servicenow']);
    stage.lagSeconds = 0;
    await stage.ticks(10, second);
    expect(hook.states()).toEqual(['raised lag:servicenow', 'resolved lag:servicenow']);
  });

  it('is taken over at once from one that leaves', async () => {
    const stage = new Stage();
    const hook = receiver('webhook');
    const [first, second] = [stage.replica(1, hook.channel), stage.replica(2, hook.channel)];
    await first.tick(signal);
    await first.release();
    stage.lagSeconds = 4000;
    await second.tick(signal);
    expect(hook.states()).toEqual(['raised lag:servicenow']);
  });

  it('keeps each channel its own account, so that one that was away hears of everything', async () => {
    const stage = new Stage();
    const [hook, mail] = [receiver('webhook'), receiver('email')];
    const replica = stage.replica(1, hook.channel, mail.channel);
    mail.breaks(true);
    stage.lagSeconds = 4000;
    await stage.ticks(10, replica);
    expect(hook.states()).toEqual(['raised lag:servicenow']);
    expect(mail.states()).toEqual([]);
    expect(stage.failures[0]).toBe('email: connection refused');
    mail.breaks(false);
    await stage.ticks(30, replica);
    expect(mail.states()).toEqual(['raised lag:servicenow']);
    expect(hook.states()).toEqual(['raised lag:servicenow']);
  });

  it('asks a channel that fails ever more rarely', async () => {
    const stage = new Stage();
    const hook = receiver('webhook');
    const replica = stage.replica(1, hook.channel);
    hook.breaks(true);
    stage.lagSeconds = 4000;
    await stage.ticks(120, replica);
    expect(hook.asked()).toBeLessThan(12);
    expect(hook.asked()).toBeGreaterThan(5);
  });

  it('goes on where it stopped after a restart, without a word', async () => {
    const stage = new Stage();
    const hook = receiver('webhook');
    stage.lagSeconds = 4000;
    await stage.ticks(2, stage.replica(1, hook.channel));
    await stage.clock.advance(600_000);
    await stage.ticks(2, stage.replica(2, hook.channel));
    expect(hook.states()).toEqual(['raised lag:servicenow']);
  });

  it('hears of records that are set aside within the hour', async () => {
    const stage = new Stage();
    const hook = receiver('webhook');
    const replica = stage.replica(1, hook.channel);
    stage.quarantined = 50;
    await stage.ticks(4, replica);
    expect(hook.states()).toEqual([]);
    stage.quarantined = 60;
    await stage.ticks(4, replica);
    expect(hook.states()).toEqual(['raised quarantine-grows']);
    await stage.ticks(140, replica);
    expect(hook.states()).toContain('resolved quarantine-grows');
  });

  it('says nothing while it cannot see, and takes what it cannot read for nothing', async () => {
    const stage = new Stage();
    const hook = receiver('webhook');
    const replica = stage.replica(1, hook.channel);
    stage.blind = true;
    await expect(replica.tick(signal)).rejects.toThrow('the database is gone');
    stage.blind = false;
    await stage.leases.take('alerts', 'another version', { now: '2020', until: '2020' });
    stage.lagSeconds = 4000;
    await stage.clock.advance(600_000);
    const now = new Date(stage.clock.now()).toISOString();
    await stage.leases.take('alerts', 'another version', { now, until: now });
    await stage.leases.save('alerts', 'another version', { webhook: { 'lag:servicenow': { seen: true } } });
    await replica.tick(signal);
    expect(hook.states()).toEqual(['raised lag:servicenow']);
  });
});
