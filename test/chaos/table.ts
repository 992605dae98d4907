import { type Judged, type Kind, kinds, type Results, type Round } from './results.ts';

const names: Readonly<Record<Kind, string>> = {
  point: 'killed at a point',
  kill: 'killed at random',
  stop: 'stopped past the lease',
  restart: 'database restarted',
  cut: 'network cut',
  'in-doubt': 'killed around a create',
};

function percentile(numbers: readonly number[], share: number): number {
  return numbers.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(numbers.length * share) - 1)] ?? 0;
}

function spread(numbers: readonly number[]): string {
  const at = (share: number): string => `${(percentile(numbers, share) / 1000).toFixed(1)} s`;
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, most ${at(1)} of ${numbers.length}`;
}

function sum(judged: readonly Judged[], of: 'tickets' | 'edits' | 'comments' | 'files' | 'removed'): number {
  return judged.reduce((total, one) => total + one[of], 0);
}

/** What a commit's rounds came to, in lines. */
export function tableOf(results: Results, commit: string): readonly string[] {
  const rounds = results.rounds(commit);
  const judged = results.judged(commit);
  const struck = rounds.filter(({ outcome }) => outcome === 'struck');
  const broken = judged.flatMap((one) => one.broken);
  return [
    ...kinds.flatMap((what) => {
      const own = struck.filter((round) => round.what === what);
      if (own.length === 0) return [];
      const against = judged.filter((one) => one.what === what).flatMap((one) => one.broken);
      const replicas = [1, 2, 3].map((count) => own.filter((round) => round.replicas === count).length);
      return [
        `${names[what].padEnd(24)} ${String(own.length).padStart(5)} rounds (one, two, three replicas: ${replicas.join(', ')})   broken promises ${against.length}`,
      ];
    }),
    ...broken.map(({ what, about }) => `    ${what}: ${about.slice(0, 300)}`),
    ...pointLines(rounds),
    `${sum(judged, 'tickets')} tickets, ${sum(judged, 'edits')} edits, ${sum(judged, 'comments')} comments, ${sum(judged, 'files')} files and ${sum(judged, 'removed')} deletions by people; ${judged.length} judgements`,
    `start to first complete poll of every stream: ${spread(struck.flatMap(({ recovery }) => recovery))}`,
    `    of which processor time: ${spread(struck.flatMap(({ recoveryCpu }) => recoveryCpu ?? []))}`,
    `    with nothing held by the dead: ${spread(struck.filter(({ held }) => !held).flatMap(({ recovery }) => recovery))}`,
    `death to the end of a create in doubt: ${spread(struck.flatMap(({ settled }) => settled ?? []))}`,
  ];
}

function pointLines(rounds: readonly Round[]): readonly string[] {
  const at = Map.groupBy(
    rounds.filter(({ what }) => what === 'point'),
    ({ point }) => point ?? '',
  );
  const rows = [...at].map(([point, all]) => {
    const own = all.filter(({ outcome }) => outcome === 'struck');
    return { point, struck: own.length, scenarios: new Set(own.map(({ scenario }) => scenario)).size };
  });
  if (rows.length === 0) return [];
  const all = rounds.filter(({ what }) => what === 'point');
  const during = (when: Round['during']): number => all.filter((round) => round.during === when).length;
  const rare = rows.filter(({ struck }) => struck < 10).toSorted((a, b) => a.struck - b.struck);
  return [
    `${rows.filter(({ struck }) => struck >= 10).length} of ${rows.length} points at least ten times, ${rows.filter(({ scenarios }) => scenarios >= 10).length} of them in at least ten scenarios (p50 ${percentile(
      rows.map(({ scenarios }) => scenarios),
      0.5,
    )}); ${all.filter(({ outcome }) => outcome === 'missed').length} rounds never came to theirs`,
    `killed before it served ${during('start')}, before its first complete poll ${during('recovery')}, after that ${during('work')}`,
    ...rare.slice(0, 12).map(({ point, struck }) => `    ${point}: ${struck}`),
  ];
}
