import type { Org } from '../org/org.ts';
import { ok } from './message.ts';
import { route } from './router.ts';

const dayMs = 24 * 3_600_000;

/** API requests of the last 24 hours, kept by the minute. */
export class Usage {
  readonly #minutes = new Map<number, number>();

  count(nowMs: number): void {
    const minute = Math.floor(nowMs / 60_000);
    this.#minutes.set(minute, (this.#minutes.get(minute) ?? 0) + 1);
  }

  used(nowMs: number): number {
    const oldest = Math.floor((nowMs - dayMs) / 60_000);
    let used = 0;
    for (const [minute, count] of this.#minutes) {
      if (minute <= oldest) this.#minutes.delete(minute);
      else used += count;
    }
    return used;
  }

  forget(): void {
    this.#minutes.clear();
  }
}

/** Limits that have nothing to do here, with the figures of recording `rest-limits`. */
const unused: Readonly<Record<string, number>> = {
  ConcurrentAsyncGetReportInstances: 200,
  ConcurrentSyncReportRuns: 20,
  DailyAsyncApexExecutions: 250_000,
  DailyBulkApiBatches: 15_000,
  DailyBulkV2QueryFileStorageMB: 976_562,
  DailyBulkV2QueryJobs: 10_000,
  DailyDeliveredPlatformEvents: 10_000,
  DailyDurableStreamingApiEvents: 10_000,
  DailyGenericStreamingApiEvents: 10_000,
  DailyStreamingApiEvents: 10_000,
  DataStorageMB: 5,
  FileStorageMB: 20,
  HourlyTimeBasedWorkflow: 50,
  SingleEmail: 15,
};

export function limitRoutes(usage: Usage) {
  return [
    route('GET', '', ({ base, host, org, userId }) =>
      ok({
        identity: `${host}/id/${org.known.organization}/${userId}`,
        sobjects: `${base}/sobjects`,
        query: `${base}/query`,
        queryAll: `${base}/queryAll`,
        limits: `${base}/limits`,
        composite: `${base}/composite`,
        jobs: `${base}/jobs`,
      }),
    ),
    route('GET', 'limits', ({ org }) => {
      const limits = Object.entries(unused).map(([name, max]) => [name, { Max: max, Remaining: max }] as const);
      return ok({ DailyApiRequests: dailyRequests(org, usage), ...Object.fromEntries(limits) });
    }),
  ];
}

function dailyRequests(org: Org, usage: Usage): { readonly Max: number; readonly Remaining: number } {
  const max = org.settings.dailyApiRequests;
  return { Max: max, Remaining: Math.max(0, max - usage.used(org.now())) };
}
