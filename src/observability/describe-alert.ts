import type { Condition } from './alerts/conditions.ts';
import type { Notice } from './alerts/decide.ts';
import { describePause } from './describe-standing.ts';
import { oneLine, sideNames } from './words.ts';

/** What is wrong, and what mends it, in a sentence or two. */
export function describeAlert(condition: Condition): string {
  switch (condition.kind) {
    case 'side-unauthorised':
      return `${sideNames[condition.side]} lets us in no more${said(condition.text)} "casebridge doctor" says what is missing.`;
    case 'side-unreachable':
      return `${sideNames[condition.side]} has not answered for ${lasted(condition.silentSeconds)}${said(condition.text)}`;
    case 'token-ends':
      return `The login to ${sideNames[condition.side]} ends on ${condition.endsAt.slice(0, 10)}; then a person has to log in: casebridge auth ${condition.side}`;
    case 'lag':
      return `${sideNames[condition.side]} was not read to its end for ${lasted(condition.seconds)} (limit: ${lasted(condition.limit)}).`;
    case 'quarantine-grows':
      return `${condition.now} records are set aside, ${condition.now - condition.before} more than within the last hour: casebridge quarantine list`;
    case 'budget':
      return `${condition.leftPercent} % of the API calls of ${sideNames[condition.side]} are left (limit: ${condition.limit} %).`;
    case 'slowed':
      return `${sideNames[condition.side]} is polled ${condition.times} times as seldom: ${condition.leftPercent} % of our API calls for today are left. SALESFORCE_DAILY_CALLS_SHARE gives us more of them.`;
    case 'stalled':
      return condition.text;
    case 'pair-paused':
      return `${describePause(condition.pause)}.`;
  }
}

/** A notice in one line. */
export function describeNoticed(notice: Notice): string {
  switch (notice.state) {
    case 'raised':
      return notice.text;
    case 'repeated':
      return `Still: ${notice.text}`;
    case 'resolved':
      return `Over: ${notice.text}`;
  }
}

function said(text: string | null): string {
  return text === null ? '.' : `: ${oneLine(text, 300).replace(/\.?$/, '.')}`;
}

function lasted(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
