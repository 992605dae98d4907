import type { UndoPlan } from '../../../schemas/undo.ts';
import { formatRoute } from '../../route/route.ts';
import { Mark, Value } from '../../ui/parts.tsx';
import { formatNumber } from '../../ui/time.ts';
import { bothNames, sideNames } from '../../ui/words.ts';

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
      <div class="scroll">
        <table aria-label="What would be put back">
          <thead>
            <tr>
              <th scope="col">Tickets</th>
              <th scope="col">Field</th>
              <th scope="col">In</th>
              <th scope="col">Now</th>
              <th scope="col">Back to</th>
              <th scope="col">What</th>
            </tr>
          </thead>
          <tbody>
            {plan.items.map((item) => (
              <tr key={`${item.linkId} ${item.side} ${item.field}`} data-row>
                <td>
                  <a href={formatRoute(['links', item.linkId])} data-open>
                    <bdi>{bothNames(item)}</bdi>
                  </a>
                </td>
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
          </tbody>
        </table>
      </div>
    </>
  );
}

/** The part of the sentence that this row does not say already. */
function reasonIn(text: string): string {
  return text.split(' stays: ').slice(1).join(' stays: ');
}
