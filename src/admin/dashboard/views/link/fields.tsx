import type { Side } from '../../../schemas/common.ts';
import type { LinkDetail, LinkField, LinkNow } from '../../../schemas/links.ts';
import type { Answered } from '../../api/use-answer.ts';
import { problemText } from '../../api/problem.ts';
import { ActButton } from '../../ui/act-button.tsx';
import { Person, Shown } from '../../ui/parts.tsx';
import { localTime } from '../../ui/time.ts';
import { TimeText } from '../../ui/time-text.tsx';
import { useNow } from '../../ui/use-now.ts';
import { sideNames, sides, why } from '../../ui/words.ts';

interface FieldsCardProps {
  readonly link: LinkDetail;
  readonly now: Answered<LinkNow>;
}

/** Every mapped field: ServiceNow, what was agreed, Salesforce. What differs is marked in words. */
export function FieldsCard({ link, now }: FieldsCardProps) {
  return (
    <section class="card">
      <div class="head">
        <h2>Fields</h2>
        <span class="toolbar">
          <span class="soft">
            {now.data === null ? (
              now.problem === null ? (
                'Reading both sides …'
              ) : (
                problemText(now.problem)
              )
            ) : (
              <>
                Both sides as read <TimeText at={now.data.readAt} />
              </>
            )}
          </span>
          <ActButton label="Read again" title="Read both sides again; costs one API call a side" act={now.reload} />
        </span>
      </div>
      {now.data !== null && <SideNotes now={now.data} />}
      <div class="scroll">
        <table class="compare" role="table">
          <thead role="rowgroup">
            <tr role="row">
              <th scope="col" role="columnheader">
                Field
              </th>
              <th scope="col" role="columnheader">
                ServiceNow
              </th>
              <th scope="col" role="columnheader">
                Last agreed
              </th>
              <th scope="col" role="columnheader">
                Salesforce
              </th>
              <th scope="col" role="columnheader">
                Why
              </th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            {link.fields.map((field) => (
              <FieldRow key={field.field} field={field} link={link} now={now.data} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function SideNotes({ now }: { readonly now: LinkNow }) {
  const notes = sides.filter((side) => now.sides[side].kind !== 'found');
  return (
    <>
      {notes.map((side) => (
        <p key={side} class="problem">
          {sideNames[side]}: {now.sides[side].text ?? now.sides[side].kind}
        </p>
      ))}
    </>
  );
}

interface FieldRowProps extends Omit<FieldsCardProps, 'now'> {
  readonly field: LinkField;
  readonly now: LinkNow | null;
}

function FieldRow({ field, link, now }: FieldRowProps) {
  const clock = useNow();
  const present = now?.fields.find((one) => one.field === field.field);
  // People and teams have other ids on each side: what nobody touched since both agreed does not differ.
  const touched = present !== undefined && (present.changed.servicenow || present.changed.salesforce);
  const differs = present?.agree === false && (touched || field.hold !== null);
  const latest = link.history.find((entry) => entry.field === field.field);
  const label =
    field.labels.servicenow === field.labels.salesforce
      ? field.labels.servicenow
      : `${field.labels.servicenow} ↔ ${field.labels.salesforce}`;
  const cell = (side: Side) => (
    <td role="cell" data-head={sideNames[side]} class={present?.changed[side] === true ? 'differs' : ''}>
      <Shown text={present?.nowText[side] ?? field.baseText[side]} raw={present?.now[side] ?? field.base[side]} />
      {present?.changed[side] === true && <span class="mark">changed</span>}
    </td>
  );
  return (
    <tr role="row">
      <th scope="row" role="rowheader">
        {label}
        {differs && <span class="mark">differs</span>}
        {field.conflictId !== null && <span class="mark">conflict</span>}
        {field.hold !== null && (
          <span class="mark" title={field.hold}>
            held
          </span>
        )}
        <div class="soft id">
          {field.names.servicenow} {arrows[field.writes]} {field.names.salesforce}
        </div>
      </th>
      {cell('servicenow')}
      <td role="cell" data-head="Last agreed">
        <div>
          <Shown text={field.baseText.servicenow} raw={field.base.servicenow} />
        </div>
        {field.baseText.servicenow !== field.baseText.salesforce && (
          <div>
            <span class="soft">Salesforce: </span>
            <Shown text={field.baseText.salesforce} raw={field.base.salesforce} />
          </div>
        )}
      </td>
      {cell('salesforce')}
      <td role="cell" data-head="Why" class="soft">
        {latest === undefined ? (
          'Unchanged since it was linked.'
        ) : (
          <details>
            <summary>
              <TimeText at={latest.at} />
              {latest.by !== null && (
                <>
                  , <Person id={latest.by} name={latest.byName} />
                </>
              )}
            </summary>
            <bdi>{why(latest, localTime(Date.parse(latest.at), clock))}</bdi>
          </details>
        )}
      </td>
    </tr>
  );
}

const arrows: Readonly<Record<LinkField['writes'], string>> = { both: '↔', servicenow: '←', salesforce: '→' };
