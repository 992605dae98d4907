import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { FieldValue, Side } from '../../../schemas/common.ts';
import type { Conflict } from '../../../schemas/conflicts.ts';
import { post } from '../../api/client.ts';
import { ApiProblem, problemText } from '../../api/problem.ts';
import { useMay } from '../../api/session.ts';
import { formatRoute } from '../../route/route.ts';
import { ActButton } from '../../ui/act-button.tsx';
import { announce } from '../../ui/announce.tsx';
import { Mark, Person, Shown, SideName } from '../../ui/parts.tsx';
import { isProse, TextDiff } from '../../ui/text-diff.tsx';
import { TimeText } from '../../ui/time-text.tsx';
import { bothNames, plainValue, sideNames, sides } from '../../ui/words.ts';

interface ConflictCardProps {
  readonly conflict: Conflict;
  /** After a decision of this person, or when another turned out to have made one. */
  readonly onChanged: () => void;
  /** Without the names of the tickets, on their own page. */
  readonly bare?: boolean;
  /** Stands before the heading: a box to select it. */
  readonly lead?: ComponentChildren;
}

const labelOf = ({ labels }: Conflict): string =>
  labels.servicenow === labels.salesforce ? labels.servicenow : `${labels.servicenow} ↔ ${labels.salesforce}`;

/** One field that both sides changed: base, both values with who and when, the difference, and what can be done. */
export function ConflictCard({ conflict, onChanged, bare = false, lead = null }: ConflictCardProps) {
  const operator = useMay('operator');
  const { servicenow, salesforce } = conflict.texts;
  return (
    <div class="said">
      <div class="head">
        <h2>
          {lead}
          {!bare && (
            <>
              <a href={formatRoute(['links', conflict.linkId])} data-open>
                <bdi>{bothNames(conflict)}</bdi>
              </a>
              {' · '}
            </>
          )}
          {labelOf(conflict)}
        </h2>
        <span class="soft">
          <StatusOf conflict={conflict} /> <TimeText at={conflict.at} />
        </span>
      </div>
      <div class="two">
        {sides.map((side) => (
          <SideValue key={side} conflict={conflict} side={side} />
        ))}
      </div>
      <div class="base">
        <span class="soft">Both last agreed on:</span>{' '}
        <Shown text={conflict.baseNames.servicenow ?? ''} raw={conflict.base.servicenow} />
      </div>
      {isProse(servicenow, salesforce) && (
        <details open>
          <summary>
            From <SideName side="servicenow" /> to <SideName side="salesforce" />, word by word
          </summary>
          <TextDiff from={servicenow} to={salesforce} />
        </details>
      )}
      {conflict.status === 'open' && operator && <Decide conflict={conflict} onChanged={onChanged} />}
    </div>
  );
}

function StatusOf({ conflict }: { readonly conflict: Conflict }) {
  if (conflict.status === 'open') return <Mark tone="warn">Waits for a person</Mark>;
  const who = conflict.decidedBy === null ? `by the rule “${conflict.rule}”` : `by ${conflict.decidedBy}`;
  const what = conflict.winner === null ? 'Decided' : `${sideNames[conflict.winner]} won`;
  return (
    <Mark tone={conflict.status === 'decided' ? 'busy' : 'good'}>
      {what}, {who}
      {conflict.status === 'decided' && ', being carried out'}
    </Mark>
  );
}

function SideValue({ conflict, side }: { readonly conflict: Conflict; readonly side: Side }) {
  const writer = conflict.writers[side];
  const dates = conflict.dates?.[side];
  return (
    <div class={`choice ${conflict.winner === side ? 'taken' : ''}`}>
      <h3>
        <SideName side={side} />
      </h3>
      <Shown text={conflict.texts[side]} raw={conflict[side]} />
      <div class="soft">
        <Person id={writer} name={conflict.writerNames[side]} />,{' '}
        <TimeText at={dates?.latest ?? conflict.versions[side].stamp} as="exact" />
      </div>
    </div>
  );
}

function Decide({ conflict, onChanged }: Pick<ConflictCardProps, 'conflict' | 'onChanged'>) {
  const [writing, setWriting] = useState(false);
  const [text, setText] = useState(plainValue(conflict.servicenow));
  const decide = async (body: { readonly take: Side } | { readonly value: FieldValue }): Promise<void> => {
    try {
      const decided = await post('/api/conflicts/:id/resolve', { params: { id: conflict.id }, body });
      announce(`${bothNames(decided)}, ${labelOf(decided)}: decided. It is carried out now.`);
      onChanged();
    } catch (error) {
      if (!(error instanceof ApiProblem) || (error.status !== 409 && error.status !== 404)) throw error;
      // Somebody was faster, or it is gone. The card may go with it, so the words are put where they stay.
      announce(`${bothNames(conflict)}, ${labelOf(conflict)}: ${problemText(error)}`, 'bad');
      onChanged();
    }
  };
  return (
    <>
      <div class="actions">
        {sides.map((side) => (
          <ActButton
            key={side}
            label={`Take ${sideNames[side]}’s`}
            name={`Take ${sideNames[side]}’s value of ${labelOf(conflict)} for ${bothNames(conflict)}`}
            act={() => decide({ take: side })}
          />
        ))}
        <button type="button" aria-expanded={writing} onClick={() => setWriting(!writing)}>
          Write another …
        </button>
      </div>
      {writing && (
        <div class="said">
          <label class="stacked">
            Value for both, as ServiceNow holds it
            <textarea value={text} onInput={(event) => setText(event.currentTarget.value)} />
          </label>
          <div class="actions">
            <ActButton label="Use this value" tone="main" act={() => decide({ value: text === '' ? null : text })} />
          </div>
        </div>
      )}
    </>
  );
}
