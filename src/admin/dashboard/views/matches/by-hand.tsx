import { useContext, useState } from 'preact/hooks';
import type { LinkedByHand } from '../../../schemas/links.ts';
import { post } from '../../api/client.ts';
import { StatusContext } from '../../api/session.ts';
import { go } from '../../route/use-route.ts';
import { ActButton } from '../../ui/act-button.tsx';
import { announce } from '../../ui/announce.tsx';
import { bothNames } from '../../ui/words.ts';

/** Pairs two tickets that nothing else has paired. What they differ in is shown before. */
export function ByHand() {
  const status = useContext(StatusContext);
  const pairs = [...new Set(status?.polls.map((poll) => poll.pair) ?? [])];
  const [servicenow, setServiceNow] = useState('');
  const [salesforce, setSalesforce] = useState('');
  const [pair, setPair] = useState('');
  const [looked, setLooked] = useState<LinkedByHand | null>(null);
  const ask = (dryRun: boolean): Promise<LinkedByHand> =>
    post('/api/links', { body: { servicenow, salesforce, dryRun, ...(pair === '' ? {} : { pair }) } });
  const change = (set: (text: string) => void) => (event: { readonly currentTarget: { readonly value: string } }) => {
    set(event.currentTarget.value.trim());
    setLooked(null);
  };
  return (
    <section class="card" aria-label="Link two tickets by hand">
      <h2>Link two tickets by hand</h2>
      <div class="toolbar">
        <label>
          ServiceNow
          <input placeholder="INC0010042" value={servicenow} onInput={change(setServiceNow)} />
        </label>
        <label>
          Salesforce
          <input placeholder="00001007" value={salesforce} onInput={change(setSalesforce)} />
        </label>
        {pairs.length > 1 && (
          <label>
            Pair
            <select value={pair} onChange={change(setPair)}>
              <option value="">which?</option>
              {pairs.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        )}
        <ActButton
          label="Look first"
          disabled={servicenow === '' || salesforce === ''}
          act={async () => setLooked(await ask(true))}
        />
      </div>
      {looked !== null && (
        <div class="said" role="status">
          <p>
            <bdi>{bothNames(looked.link)}</bdi>: {looked.text}
          </p>
          <p>
            {looked.differing.length === 0
              ? 'They agree in every mapped field.'
              : `They differ in ${looked.differing.join(', ')}: the rules of these fields decide, and what loses is kept.`}
          </p>
          <div class="actions">
            <ActButton
              label="Link them"
              tone="main"
              act={async () => {
                const { link, text } = await ask(false);
                announce(text);
                go(['links', link.id]);
              }}
            />
          </div>
        </div>
      )}
    </section>
  );
}
