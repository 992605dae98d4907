import { useState } from 'preact/hooks';
import type { UndoAsk, UndoPlan } from '../../../schemas/undo.ts';
import { ApiProblem } from '../../api/problem.ts';
import { post } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { go } from '../../route/use-route.ts';
import { ActButton } from '../../ui/act-button.tsx';
import { announce } from '../../ui/announce.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { PairSelect } from '../../ui/pair-select.tsx';
import { formatNumber } from '../../ui/time.ts';
import { UndoTable } from './undo-table.tsx';

interface Shown {
  readonly ask: UndoAsk;
  readonly plan: UndoPlan;
}

/** Puts back what a run overwrote: first what that would be, then that and nothing else. */
export function UndoCard({ run }: { readonly run: string }) {
  const operator = useMay('operator');
  const [pair, setPair] = useState('');
  const [field, setField] = useState('');
  const [since, setSince] = useState('');
  const [until, setUntil] = useState('');
  const [shown, setShown] = useState<Shown | null>(null);
  if (!operator) return null;
  const look = async (): Promise<void> => {
    setShown(null);
    const ask = {
      run,
      ...(pair === '' ? {} : { pair }),
      ...(field.trim() === '' ? {} : { field: field.trim() }),
      ...(since === '' ? {} : { since: new Date(since).toISOString() }),
      ...(until === '' ? {} : { until: new Date(until).toISOString() }),
    };
    setShown({ ask, plan: await post('/api/undo/plan', { body: ask }) });
  };
  return (
    <section class="card" aria-labelledby="undo">
      <h2 id="undo">Undo</h2>
      <p class="soft">
        Puts back what this run overwrote, where nobody has changed it since. First it shows what that would be, which
        reads those tickets on both sides and writes nothing.
      </p>
      <div class="toolbar">
        <PairSelect pair={pair} onPair={setPair} />
        <label>
          Field
          <input value={field} placeholder="all" onInput={(event) => setField(event.currentTarget.value)} />
        </label>
        <label>
          Written since
          <input type="datetime-local" value={since} onInput={(event) => setSince(event.currentTarget.value)} />
        </label>
        <label>
          Until
          <input type="datetime-local" value={until} onInput={(event) => setUntil(event.currentTarget.value)} />
        </label>
        <ActButton label="Show what would be put back" act={look} />
      </div>
      {shown !== null && <Plan shown={shown} onOver={look} />}
    </section>
  );
}

function Plan({ shown, onOver }: { readonly shown: Shown; readonly onOver: () => Promise<void> }) {
  const { ask, plan } = shown;
  const values = `${formatNumber(plan.putBack)} ${plan.putBack === 1 ? 'value' : 'values'}`;
  const tickets = `${formatNumber(plan.tickets)} ${plan.tickets === 1 ? 'ticket' : 'tickets'}`;
  const carryOut = async (): Promise<void> => {
    try {
      const run = await post('/api/undo', { body: { ...ask, mark: plan.mark } });
      announce(`${values} are put back now.`);
      go(['runs', run.id]);
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 409) await onOver();
      throw error;
    }
  };
  return (
    <div class="said" role="status">
      <p>
        {values} on {tickets} to put back, {formatNumber(plan.leave)} to leave. Comments and files that were carried
        stay.
      </p>
      {plan.putBack > 0 && (
        <ConfirmButton
          label={`Put ${values} back …`}
          title={`Put ${values} back?`}
          confirm="Put back"
          tone="danger"
          act={carryOut}
        >
          <p>
            On {tickets}. Only the side that was overwritten is written, so that the two may differ afterwards. What
            somebody changes in this moment stays. This is a run of its own, and can be undone, too.
          </p>
        </ConfirmButton>
      )}
      {plan.items.length > 0 && <UndoTable plan={plan} />}
    </div>
  );
}
