import { sizeOf } from '../core/files/notice.ts';
import { numberIn, textIn } from '../core/files/steps.ts';
import { otherSide } from '../core/side.ts';
import type { EngineEvent } from '../engine/events.ts';
import { describeConnectorError } from './describe-error.ts';
import { oneLine, pairName, sideNames } from './words.ts';

type FileEvent = Extract<EngineEvent, { readonly type: 'file.carried' | 'file.withheld' | 'file.failed' }>;

/** What happened to a file, in one line. */
export function describeFile(event: FileEvent): string {
  const { link, file: row } = event;
  const file = `${oneLine(textIn(row, 'name') ?? '')} (${sizeOf(numberIn(row, 'size'))})`;
  const to = sideNames[otherSide(row.side)];
  switch (event.type) {
    case 'file.carried':
      if (event.how === 'paired') return `${pairName(link)}: ${file} is on both sides already`;
      return `${pairName(link)}: ${file} carried to ${to}${event.how === 'found' ? ', found there' : ''}`;
    case 'file.withheld':
      return `${pairName(link)}: ${file} stays in ${sideNames[row.side]}: ${textIn(row, 'why') ?? 'by a rule'}`;
    case 'file.failed':
      return `${pairName(link)}: ${file} could not be carried to ${to}: ${describeConnectorError(event.error)}`;
  }
}
