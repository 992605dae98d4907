import { readLog } from '../../../src/cli/commands/demo/log.ts';
import { moreDetail, troubleOf } from '../../../src/cli/commands/demo/texts.ts';
import type { Fields } from './messages.ts';

/** Real incidents of the demo's log, with the demo's texts; told apart by a number where the log begins anew. */
export function incidents(count: number, round = ''): readonly Fields[] {
  const first = [
    ...new Map(
      readLog()
        .toReversed()
        .map((event) => [event.number, event]),
    ).values(),
  ].toReversed();
  return Array.from({ length: count }, (_, at) => {
    const event = first[at % first.length];
    const { subject, description } = troubleOf(event?.number ?? '');
    return {
      short_description: subject,
      description: `${description}\n(${event?.number ?? ''}, ${at + 1}${round})`,
      state: '1',
      urgency: event?.urgency ?? '2',
      impact: event?.impact ?? '2',
      contact_type: event?.contactType ?? 'phone',
    };
  });
}

const origins: Readonly<Record<string, string>> = { phone: 'Phone', email: 'Email', 'self-service': 'Web' };

/** The same tickets, as the Salesforce desk opens them. */
export function cases(count: number, round = ''): readonly Fields[] {
  return incidents(count, round).map((incident) => ({
    Subject: incident['short_description'] ?? '',
    Description: `${incident['description'] ?? ''} by web form`,
    Status: 'New',
    Priority: 'Medium',
    Origin: origins[incident['contact_type'] ?? ''] ?? 'Web',
  }));
}

/** The text of a ticket after somebody has added to it. */
export function longer(text: string, round: string, at: number): string {
  return `${text}\n${moreDetail[at % moreDetail.length] ?? ''} [${round} ${at + 1}]`;
}
