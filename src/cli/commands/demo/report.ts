import type { Side } from '../../../core/side.ts';
import type { Drift } from '../../../engine/verify.ts';
import type { Totals } from '../../../engine/work.ts';
import type { GroundTruth } from './check.ts';
import type { Replay } from './replay.ts';

/** What `demo --once` ends with. */
export interface DemoReport {
  readonly played: Replay['counts'];
  /** Added by people, by side. */
  readonly files: Replay['files'];
  readonly totals: Totals;
  readonly truth: GroundTruth;
  readonly links: number;
  readonly drift: readonly Drift[];
  /** Comments that our own tables know no counterpart of. */
  readonly unpaired: number;
  readonly openConflicts: number;
  readonly quarantined: number;
  readonly writesAfterQuiet: number;
  readonly calls: Readonly<Record<Side, number>>;
  /** Of one poll of both sides when nothing happens. */
  readonly idleCalls: Readonly<Record<Side, number>>;
  readonly playedMs: number;
  readonly firstTicketMs: number | null;
}

/** True if both sides agree and nothing is left open. */
export function isClean(report: DemoReport): boolean {
  const { drift, unpaired, openConflicts, quarantined, truth, writesAfterQuiet } = report;
  return (
    drift.length +
      openConflicts +
      quarantined +
      truth.duplicates +
      truth.alone +
      truth.files.unmatched +
      truth.comments.unmatched +
      truth.comments.leaked +
      unpaired +
      writesAfterQuiet ===
    0
  );
}

/** The report for a person. */
export function reportLines(report: DemoReport): readonly string[] {
  const { played, totals, truth, calls } = report;
  const changes =
    totals.created.servicenow + totals.created.salesforce + totals.updated.servicenow + totals.updated.salesforce;
  const perThousand = (count: number): string => (changes === 0 ? '–' : ((1000 * count) / changes).toFixed(1));
  return [
    '',
    `Played      ${played.incidents} real incidents in ${played.events} updates; at the other desk ${played.casesBorn} Cases born, ${played.caseEdits} edits, ${played.clashes} clashes; ${seconds(report.playedMs)}`,
    `First link  ${report.firstTicketMs === null ? '–' : seconds(report.firstTicketMs)} after the start`,
    `Created     ${totals.created.salesforce} Cases, ${totals.created.servicenow} incidents`,
    `Updated     ${totals.updated.salesforce} Cases, ${totals.updated.servicenow} incidents; ${totals.conflicts} conflicts, each settled by its rule with the losing value kept`,
    `Calls       ServiceNow ${calls.servicenow}, Salesforce ${calls.salesforce}: ${perThousand(calls.servicenow)} and ${perThousand(calls.salesforce)} per 1,000 changed tickets; an idle poll ${report.idleCalls.servicenow} and ${report.idleCalls.salesforce}`,
    `At the end  ${truth.incidents} incidents, ${truth.cases} Cases, ${report.links} links; duplicates ${truth.duplicates}, without a counterpart ${truth.alone}, writes after quiet ${report.writesAfterQuiet}`,
    `Files       ${report.files.servicenow} added in ServiceNow, ${report.files.salesforce} in Salesforce; ${truth.files.files} at the end, with other than one counterpart ${truth.files.unmatched}`,
    `Comments    ${truth.comments.said} said on both desks; with other than one counterpart ${truth.comments.unmatched}, internal texts on a public channel ${truth.comments.leaked}`,
    `Verified    ${report.drift.length} fields differ, ${report.unpaired} comments without a counterpart, ${report.openConflicts} conflicts open, ${report.quarantined} quarantined`,
    isClean(report) ? 'Both sides agree.' : 'The sides do NOT agree; see the lines above.',
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
