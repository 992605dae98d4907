import { useState } from 'preact/hooks';
import type { Mapping, MappingPlan } from '../../../schemas/pairs.ts';
import { post } from '../../api/client.ts';
import { ActButton } from '../../ui/act-button.tsx';
import { Empty, Value } from '../../ui/parts.tsx';
import { LinkCell, Table } from '../../ui/table.tsx';
import { formatNumber } from '../../ui/time.ts';
import { sideNames } from '../../ui/words.ts';

/** An editor for the mapping as JSON, and the plan of what is in it. Nothing here writes anything. */
export function PlanCard({ mapping }: { readonly mapping: Mapping }) {
  const [text, setText] = useState(() => JSON.stringify(mapping.config, null, 2));
  const [plan, setPlan] = useState<MappingPlan | null>(null);
  if (!mapping.editable)
    return (
      <Empty title="This mapping holds code">
        <p>
          Parts of it are functions, which cannot be edited as JSON. Edit <code>{mapping.file}</code>, then look at{' '}
          <code>casebridge plan</code>.
        </p>
      </Empty>
    );
  return (
    <section class="card">
      <h2>Try an edited mapping</h2>
      <label class="stacked">
        The mapping as JSON
        <textarea
          class="code"
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <div class="toolbar">
        <ActButton
          label="Plan"
          tone="main"
          act={async () => {
            setPlan(await post('/api/mapping/plan', { body: { config: parse(text) } }));
          }}
        />
        <span class="soft">
          Reads the latest 400 links on both sides, about two API calls a side, and writes nothing. To use it, put it
          into {mapping.file}.
        </span>
      </div>
      {plan !== null && <PlanResult plan={plan} />}
    </section>
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`This is not JSON yet: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function PlanResult({ plan }: { readonly plan: MappingPlan }) {
  if (!plan.ok)
    return (
      <div role="alert">
        <h3>The mapping is not sound</h3>
        <ul>
          {plan.problems.map((problem) => (
            <li key={`${problem.where} ${problem.what}`}>
              <code>{problem.where}</code>: {problem.what}
            </li>
          ))}
        </ul>
      </div>
    );
  return (
    <div class="said" role="status">
      <p>{plan.text}</p>
      <dl class="facts">
        <dt>Looked at</dt>
        <dd>{formatNumber(plan.looked)}</dd>
        <dt>Would change</dt>
        <dd>{formatNumber(plan.wouldChange)}</dd>
        <dt>Would conflict</dt>
        <dd>{formatNumber(plan.wouldConflict)}</dd>
        <dt>Would stay</dt>
        <dd>{formatNumber(plan.wouldStay)}</dd>
        {Object.entries(plan.byField).map(([field, count]) => (
          <>
            <dt class="id">{field}</dt>
            <dd>{formatNumber(count)} links</dd>
          </>
        ))}
      </dl>
      {plan.samples.length > 0 && <Samples plan={plan} />}
    </div>
  );
}

function Samples({ plan }: { readonly plan: MappingPlan }) {
  return (
    <Table label="Samples" heads={['Tickets', 'Field', 'In', 'Now', 'Then']}>
      {plan.samples.flatMap((sample, at) =>
        sample.fields.map((field) => (
          <tr key={`${at} ${field.field} ${field.to}`}>
            <LinkCell of={sample} />
            <td class="id">{field.field}</td>
            <td>{sideNames[field.to]}</td>
            <td>
              <Value value={field.before} />
            </td>
            <td>
              <Value value={field.value} />
            </td>
          </tr>
        )),
      )}
    </Table>
  );
}
