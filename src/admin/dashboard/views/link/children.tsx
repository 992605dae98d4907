import type { Child } from '../../../schemas/links.ts';
import { Mark, SideName } from '../../ui/parts.tsx';
import { Table } from '../../ui/table.tsx';
import { formatBytes } from '../../ui/time.ts';
import { TimeText } from '../../ui/time-text.tsx';
import type { Tone } from '../../ui/words.ts';

const states: Readonly<Record<string, readonly [Tone, string]>> = {
  planned: ['busy', 'to be carried'],
  sent: ['busy', 'sent, not confirmed'],
  carried: ['good', 'carried'],
  known: ['good', 'there before'],
  withheld: ['off', 'kept on its side'],
  refused: ['bad', 'refused'],
};

/** Comments and files with their counterparts. Their texts stay in the desks; what is kept is that they were carried. */
export function ChildrenCard({ items }: { readonly items: readonly Child[] }) {
  return (
    <section class="card">
      <h2>Comments and files</h2>
      {items.length === 0 ? (
        <p class="soft">None was seen on either side yet.</p>
      ) : (
        <Table heads={['What', 'From', 'Seen by', 'State', 'Counterpart', 'When']}>
          {items.map((item) => (
            <tr key={item.id}>
              <td>
                {item.kind} <NameOf item={item} />
                <div class="id soft">{item.sourceId}</div>
              </td>
              <td>
                <SideName side={item.side} />
              </td>
              <td>{item.channel === 'public' ? 'customer and desk' : 'desk only'}</td>
              <td>
                <Mark tone={states[item.state]?.[0] ?? 'off'}>{states[item.state]?.[1] ?? item.state}</Mark>
                <Why item={item} />
              </td>
              <td class="id">{item.counterpartId ?? '–'}</td>
              <td>
                <TimeText at={item.updatedAt} as="exact" />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}

function NameOf({ item }: { readonly item: Child }) {
  const { name, size } = item.detail;
  if (typeof name !== 'string') return null;
  return (
    <>
      <bdi>“{name}”</bdi>
      {typeof size === 'number' && <span class="soft"> {formatBytes(size)}</span>}
    </>
  );
}

function Why({ item }: { readonly item: Child }) {
  const { why } = item.detail;
  return typeof why === 'string' ? <div class="soft">{why}</div> : null;
}
