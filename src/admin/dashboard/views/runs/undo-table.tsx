import type { UndoPlan } from '../../../schemas/undo.ts';
import { Mark, Value } from '../../ui/parts.tsx';
import { LinkCell, Table } from '../../ui/table.tsx';
import { formatNumber } from '../../ui/time.ts';
import { sideNames } from '../../ui/words.ts';

/** Every value of a run that would be put back, and every one that would not, with the reason. */
export function UndoTable({ plan }: { readonly plan: UndoPlan }) {
  const all = plan.putBack + plan.leave;
  return (
    <>
      {all > plan.items.length && (
        <p class="soft">
          The first {formatNumber(plan.items.length)} of {formatNumber(all)}.
        </p>
      )}
      <Table label="What would be put back" heads={['Tickets', 'Field', 'In', 'Now', 'Back to', 'What']}>
        {plan.items.map((item) => (
          <tr key={`${item.linkId} ${item.side} ${item.field}`} data-row>
            <LinkCell of={item} />
            <td class="id">{item.field}</td>
            <td>{sideNames[item.side]}</td>
            <td>
              <Value value={item.now} />
            </td>
            <td>{item.action === 'put-back' ? <Value value={item.backTo} /> : '–'}</td>
            <td title={item.text}>
              {item.action === 'put-back' ? (
                <Mark tone="busy">Put back</Mark>
              ) : (
                <>
                  <Mark tone="off">Stays</Mark> <bdi class="soft">{reasonIn(item.text)}</bdi>
                </>
              )}
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}

/** The part of the sentence that this row does not say already. */
function reasonIn(text: string): string {
  return text.split(' stays: ').slice(1).join(' stays: ');
}
