import { useState } from 'preact/hooks';
import type { HistoryEntry, LinkField } from '../../../schemas/links.ts';
import { formatRoute } from '../../route/route.ts';
import { get } from '../../api/client.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { ActButton } from '../../ui/act-button.tsx';
import { Empty, Person, Shown } from '../../ui/parts.tsx';
import { Table } from '../../ui/table.tsx';
import { TimeText } from '../../ui/time-text.tsx';
import { sideNames } from '../../ui/words.ts';

interface HistoryCardProps {
  readonly id: string;
  readonly fields: readonly LinkField[];
  /** What came with the link. */
  readonly first: readonly HistoryEntry[];
}

/** What happened to the fields of a link: which value, from which side, who, when, by which rule, in which run. */
export function HistoryCard({ id, fields, first }: HistoryCardProps) {
  const [field, setField] = useState('');
  const [older, setOlder] = useState<{ readonly items: readonly HistoryEntry[]; readonly next: string | null } | null>(
    null,
  );
  const query = field === '' ? {} : { field };
  const page = useAnswer('/api/links/:id/history', { params: { id }, query }, { topics: ['links'] });
  const head = page.data?.items ?? first.filter((entry) => field === '' || entry.field === field);
  const next = older === null ? (page.data?.next ?? null) : older.next;
  const entries = [...head, ...(older?.items ?? [])];
  return (
    <section class="card">
      <div class="head">
        <h2>History</h2>
        <label>
          Field
          <select
            value={field}
            onChange={(event) => {
              setField(event.currentTarget.value);
              setOlder(null);
            }}
          >
            <option value="">all</option>
            {fields.map((one) => (
              <option key={one.field} value={one.field}>
                {one.labels.servicenow}
              </option>
            ))}
          </select>
        </label>
      </div>
      {entries.length === 0 ? (
        <Empty title="Nothing was carried yet">
          <p>Every value that Casebridge writes is noted here, with where it came from and why.</p>
        </Empty>
      ) : (
        <HistoryTable entries={entries} />
      )}
      {next !== null && (
        <div class="actions">
          <ActButton
            label="Older"
            act={async () => {
              const more = await get('/api/links/:id/history', { params: { id }, query: { ...query, after: next } });
              setOlder({ items: [...(older?.items ?? []), ...more.items], next: more.next });
            }}
          />
        </div>
      )}
    </section>
  );
}

const words: Readonly<Record<string, string>> = {
  'one-sided': 'changed there only',
  conflict: 'conflict, by rule',
  create: 'ticket created',
  person: 'decided by a person',
  'found-landed': 'answer lost, found there later',
};

function HistoryTable({ entries }: { readonly entries: readonly HistoryEntry[] }) {
  return (
    <Table heads={['When', 'Field', 'Before', 'Value', 'From', 'Who', 'Because', 'Run']}>
      {entries.map((entry) => (
        <tr key={entry.id}>
          <td>
            <TimeText at={entry.at} as="exact" />
          </td>
          <td>{entry.label}</td>
          <td>
            <Shown text={entry.beforeName ?? ''} raw={entry.before} />
          </td>
          <td>
            <Shown text={entry.valueName ?? ''} raw={entry.value} />
          </td>
          <td>
            {sideNames[entry.from]} → {sideNames[entry.to]}
          </td>
          <td>
            <Person id={entry.by} name={entry.byName} nobody="–" />
          </td>
          <td>
            {words[entry.because] ?? entry.because}
            {entry.because === 'conflict' && entry.rule !== null && ` “${entry.rule}”`}
          </td>
          <td>
            <a class="id" href={formatRoute(['runs', entry.runId])} title={entry.runId}>
              {entry.runId.slice(0, 8)}
            </a>
          </td>
        </tr>
      ))}
    </Table>
  );
}
