import type { Side } from '../../../src/core/side.ts';
import type { Log } from './messages.ts';

export interface Round {
  readonly replicas: number;
  /** Of each process; `default`: the limits of both sides as they are by default, for all processes together. */
  readonly lanes: number | 'default';
  readonly seconds: number;
  readonly tickets: number;
  readonly missing: number;
  /** Of all daemons. */
  readonly cpuMs: number;
  readonly logs: Readonly<Record<Side, Log>>;
  readonly complaints: number;
}

const head =
  '| processes | lanes each | tickets/s | CPU ms a ticket | calls SN + SF | most at once SN, SF | calls during a pause | missing |\n' +
  '|---:|---:|---:|---:|---:|---:|---:|---:|\n';

/** One line for each number of processes and lanes. */
export function roundTable(rounds: readonly Round[]): string {
  return head + rounds.map(line).join('');
}

function line({ replicas, lanes, seconds, tickets, missing, cpuMs, logs }: Round): string {
  const { servicenow, salesforce } = logs;
  const pauses = [...servicenow.refusals, ...salesforce.refusals];
  const early = pauses.reduce((sum, { tooEarly }) => sum + tooEarly, 0);
  const cells = [
    replicas,
    lanes === 'default' ? '2 + 5 together' : lanes,
    Math.round(tickets / seconds),
    (cpuMs / Math.max(1, tickets)).toFixed(2),
    `${servicenow.calls} + ${salesforce.calls}`,
    `${servicenow.most}, ${salesforce.most}`,
    pauses.length === 0 ? '–' : `${early} in ${pauses.length}`,
    missing,
  ];
  return `| ${cells.join(' | ')} |\n`;
}
