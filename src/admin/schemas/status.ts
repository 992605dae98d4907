import { z } from 'zod';
import { linkStatus, perSide, side, time } from './common.ts';

/** How one desk is doing. */
export const sideStatus = z.object({
  /**
   * starting: not asked yet. running: the last answer was good. paused: it is down or full, and is asked again at `pausedUntil`.
   * unauthorised: it lets us in no more, which passes by no waiting.
   */
  state: z.enum(['starting', 'running', 'paused', 'unauthorised']),
  /** One sentence where it is not running; null otherwise. */
  text: z.string().nullable(),
  pausedUntil: time.nullable(),
  /** Address of the desk's own pages. */
  url: z.string().nullable(),
  /** When every pair was last walked to its end. */
  lastCompleteAt: time.nullable(),
  /** Seconds since then; null where it never was. */
  lagSeconds: z.number().nullable(),
  /** The widest gap between two polls in force now. Lag is judged by it. */
  gapSeconds: z.number().nullable(),
  /** True where the lag is more than the gap in force explains. */
  late: z.boolean(),
  /** API calls since start, and within the last hour and day as far as this process saw. */
  calls: z.object({ total: z.int(), lastHour: z.int(), lastDay: z.int() }),
  /** While few of our calls are left for today: how many times longer the gaps are, and the part of our share that is left, 0 to 1. */
  stretch: z.object({ times: z.int(), left: z.number() }).nullable(),
  /** What the vendor says about its own limits; null where it says nothing. */
  budget: z
    .object({
      /** Calls of everybody within the vendor's period. */
      used: z.int().nullable(),
      limit: z.int().nullable(),
      /** Part of the limit that Casebridge may use, 0 to 1. */
      share: z.number().nullable(),
      /** Calls that Casebridge made within the period; null where not counted. */
      ours: z.int().nullable(),
    })
    .nullable(),
});

export const pollStatus = z.object({
  pair: z.string(),
  side,
  /** Server time of the last walk that came to its end. */
  completeAt: time.nullable(),
  walking: z.boolean(),
  gapSeconds: z.number().nullable(),
  nextAt: time.nullable(),
});

/** Why a pair stands still until a person says otherwise. */
export const pause = z.object({
  pair: z.string(),
  /** `person`, `too-many-creates`, `instance-changed`, …; others may be added. */
  reason: z.string(),
  text: z.string(),
  at: time,
});

/** Something that keeps the service from being healthy. */
export const healthProblem = z.object({
  code: z.enum([
    'database',
    'side-paused',
    'side-late',
    'side-unauthorised',
    'pair-paused',
    /** A pair is not walked to its end, while its side answers. */
    'pair-late',
    /** Work waits, and nobody does it. */
    'queue-stuck',
    'stopping',
    'starting',
  ]),
  side: side.nullable(),
  pair: z.string().nullable(),
  text: z.string(),
});

export const status = z.object({
  /** True only if the database answers, every pair is read to its end in time on both sides, the queue moves and no pair stands still. */
  healthy: z.boolean(),
  problems: z.array(healthProblem),
  now: time,
  startedAt: time,
  version: z.string(),
  sides: perSide(sideStatus),
  polls: z.array(pollStatus),
  queue: z.object({ waiting: z.int(), active: z.int() }),
  links: z.object({ total: z.int(), byStatus: z.record(linkStatus, z.int()) }),
  openConflicts: z.int(),
  /** Decided by a person, not yet carried out. */
  decidedConflicts: z.int(),
  quarantined: z.int(),
  inDoubt: z.int(),
  /** Links with a field that a desk accepts and keeps as it was. */
  refused: z.int().optional(),
  /** Links with a record that no answer holds. */
  missing: z.int().optional(),
  openProposals: z.int(),
  unmatched: z.int(),
  pauses: z.array(pause),
  /** The background run that is under way in this process. */
  runId: z.string().nullable(),
  /** Since this process started. */
  totals: z.object({
    created: perSide(z.int()),
    updated: perSide(z.int()),
    unchanged: z.int(),
    conflicts: z.int(),
    quarantined: z.int(),
  }),
});

/** One minute as this process saw it. */
export const bucket = z.object({
  /** Start of the minute. */
  at: time,
  /** Field changes carried to each side. */
  written: perSide(z.int()),
  created: perSide(z.int()),
  conflicts: z.int(),
  quarantined: z.int(),
  failedPolls: z.int(),
  calls: perSide(z.int()),
  /** At the end of the minute. */
  queue: z.int(),
  /** Longest within the minute; null where never polled. */
  lagSeconds: perSide(z.number().nullable()),
});

export const seriesQuery = z.strictObject({ minutes: z.coerce.number().int().min(1).max(1440).default(180) });
export const series = z.object({ bucketSeconds: z.literal(60), buckets: z.array(bucket) });

export type SideStatus = z.infer<typeof sideStatus>;
export type PollStatus = z.infer<typeof pollStatus>;
export type Pause = z.infer<typeof pause>;
export type HealthProblem = z.infer<typeof healthProblem>;
export type Status = z.infer<typeof status>;
export type Bucket = z.infer<typeof bucket>;
export type Series = z.infer<typeof series>;
