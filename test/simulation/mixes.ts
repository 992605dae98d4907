import type { Dice } from './dice.ts';
import type { StepKind, Weather } from './script.ts';

type ReadCall = 'changes' | 'read' | 'probe' | 'fieldDates' | 'open';
type WriteCall = 'create' | 'update' | 'post' | 'attach';

/** What a life is mostly about. Swarm testing: many lives with a few things each find more than all lives with everything. */
export interface Mix {
  readonly name: string;
  /** How often a kind of step is drawn, against the others. What is not named does not happen. */
  readonly weights: Readonly<Partial<Record<StepKind, number>>>;
  /** Of these about half are on in one life. */
  readonly troubles: readonly StepKind[];
  /** Which calls faults strike. */
  readonly reads: readonly [ReadCall, ...ReadCall[]];
  readonly writes: readonly [WriteCall, ...WriteCall[]];
  /** How many of its faults are writes that are carried out long after we gave up on them; as they fall where left out. */
  readonly late?: number;
  weather(dice: Dice): Partial<Weather>;
}

const anyRead = ['changes', 'read', 'probe', 'fieldDates'] as const;

const everything: Mix = {
  name: 'everything',
  weights: {
    put: 4,
    edit: 14,
    slip: 1,
    both: 4,
    race: 3,
    say: 8,
    rewrite: 2,
    publish: 1,
    unsay: 1,
    attach: 4,
    replace: 1,
    unattach: 1,
    blind: 1,
    remove: 1,
    restore: 2,
    hide: 1,
    detach: 1,
    decide: 2,
    resume: 1,
    kill: 4,
    pause: 3,
    skew: 1,
    jump: 1,
    lag: 3,
    outage: 2,
    slow: 1,
    fault: 5,
    database: 2,
    resync: 1,
    repeat: 1,
  },
  troubles: [
    'slip',
    'both',
    'race',
    'attach',
    'blind',
    'remove',
    'restore',
    'hide',
    'detach',
    'kill',
    'pause',
    'skew',
    'jump',
    'lag',
    'slow',
    'outage',
    'fault',
    'database',
    'resync',
    'repeat',
  ],
  reads: anyRead,
  writes: ['create', 'update', 'update', 'post', 'attach'],
  weather: () => ({ sweepMs: 600_000 }),
};

/** New tickets while answers to creates are lost. */
const births: Mix = {
  name: 'births',
  weights: {
    put: 12,
    edit: 6,
    slow: 2,
    fault: 10,
    kill: 6,
    outage: 2,
    hide: 1,
    remove: 1,
    lag: 2,
    database: 2,
    pause: 2,
    resume: 1,
  },
  troubles: ['kill', 'slow', 'outage', 'hide', 'remove', 'lag', 'database', 'pause'],
  reads: ['read', 'probe', 'probe', 'changes'],
  writes: ['create'],
  weather: (dice) => ({ comments: false, files: false, tickets: 12, maxCreates: dice.pick([200, 200, 200, 1]) }),
};

/** People who edit the same fields on both sides while answers to updates are lost. */
const edits: Mix = {
  name: 'edits',
  weights: {
    put: 2,
    edit: 16,
    both: 6,
    race: 4,
    decide: 3,
    slow: 2,
    fault: 8,
    kill: 5,
    outage: 2,
    lag: 1,
    database: 2,
    repeat: 1,
  },
  troubles: ['both', 'race', 'kill', 'slow', 'outage', 'lag', 'database', 'repeat'],
  reads: ['read', 'fieldDates', 'changes'],
  writes: ['update'],
  weather: () => ({ comments: false, files: false }),
};

/** Comments, and lists of them that are short, while answers to posts are lost. */
const talk: Mix = {
  name: 'talk',
  weights: {
    put: 2,
    edit: 3,
    race: 3,
    say: 16,
    rewrite: 4,
    publish: 3,
    unsay: 3,
    blind: 3,
    slow: 4,
    fault: 8,
    kill: 5,
    outage: 2,
    lag: 2,
    pause: 2,
  },
  troubles: ['race', 'rewrite', 'publish', 'unsay', 'blind', 'kill', 'slow', 'outage', 'lag', 'pause'],
  reads: ['read', 'changes'],
  writes: ['post'],
  weather: () => ({ comments: true, files: false }),
};

/** Files, while uploads break off and their answers are lost. */
const files: Mix = {
  name: 'files',
  weights: {
    put: 2,
    edit: 4,
    say: 2,
    attach: 14,
    replace: 2,
    unattach: 2,
    fault: 8,
    kill: 5,
    pause: 2,
    outage: 2,
    lag: 1,
    database: 1,
  },
  troubles: ['say', 'replace', 'unattach', 'kill', 'pause', 'outage', 'lag', 'database'],
  reads: ['open', 'read'],
  writes: ['attach'],
  weather: (dice) => ({ comments: dice.chance(0.3), files: true }),
};

/** Many changed rows on small pages: late ones, clocks that jump, walks that break off. */
const walks: Mix = {
  name: 'walks',
  weights: { put: 8, edit: 20, lag: 5, jump: 2, fault: 3, outage: 1, kill: 3, database: 2, repeat: 1, resume: 1 },
  troubles: ['lag', 'jump', 'fault', 'outage', 'kill', 'database', 'repeat'],
  reads: ['changes'],
  writes: ['update'],
  weather: (dice) => ({ pageSize: dice.pick([1, 2, 3]), tickets: 12, comments: false, files: false, lossy: [] }),
};

/** Replicas, several batches at once in each, that die, stand still and lose the database. */
const fleet: Mix = {
  name: 'fleet',
  weights: {
    put: 4,
    edit: 16,
    both: 4,
    say: 2,
    attach: 2,
    pause: 8,
    kill: 4,
    slow: 3,
    skew: 1,
    database: 4,
    resync: 1,
    repeat: 3,
    decide: 1,
  },
  troubles: ['both', 'slow', 'kill', 'skew', 'database', 'resync', 'repeat'],
  reads: anyRead,
  writes: ['update'],
  weather: (dice) => ({
    replicas: dice.pick([2, 2, 3]),
    handlers: dice.pick([1, 2, 3]),
    batchSize: dice.pick([1, 1, 3, 200]),
  }),
};

/** Tickets that are deleted, restored, hidden and unlinked. */
const lives: Mix = {
  name: 'lives',
  weights: {
    put: 5,
    edit: 8,
    say: 2,
    remove: 4,
    restore: 4,
    hide: 4,
    detach: 2,
    kill: 2,
    outage: 2,
    fault: 3,
    lag: 1,
    resync: 1,
    resume: 1,
  },
  troubles: ['restore', 'hide', 'detach', 'kill', 'outage', 'fault', 'lag', 'resync'],
  reads: anyRead,
  writes: ['create', 'update'],
  weather: () => ({}),
};

/** Imports and scripts that change tickets under an old stamp, beside people: only the sweep finds those. */
const imports: Mix = {
  name: 'imports',
  weights: {
    put: 3,
    edit: 8,
    slip: 12,
    both: 2,
    race: 2,
    decide: 1,
    detach: 1,
    kill: 4,
    pause: 2,
    outage: 2,
    slow: 1,
    fault: 5,
    lag: 1,
    database: 2,
  },
  troubles: ['edit', 'both', 'race', 'detach', 'slow', 'kill', 'pause', 'outage', 'fault', 'lag', 'database'],
  reads: anyRead,
  writes: ['update'],
  weather: (dice) => ({ files: false, sweepMs: dice.pick([60_000, 300_000, 1_800_000]) }),
};

/** New tickets that are edited while their creates are in doubt, and creates that arrive long after they were given up. */
const doubts: Mix = {
  name: 'doubts',
  weights: { put: 8, edit: 20, fault: 12, kill: 2, slow: 1 },
  troubles: ['kill', 'slow'],
  reads: ['probe'],
  writes: ['create'],
  late: 0.8,
  weather: () => ({ comments: false, files: false, lossy: [], tickets: 4 }),
};

/** Drawn from with equal chances. New ones go to the end, and change what every seed lives through. */
export const mixes: readonly [Mix, ...Mix[]] = [
  everything,
  births,
  edits,
  talk,
  files,
  walks,
  fleet,
  lives,
  imports,
  doubts,
];
