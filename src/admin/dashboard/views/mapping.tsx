import { useState } from 'preact/hooks';
import { useMay } from '../api/session.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Loaded } from '../ui/parts.tsx';
import { PairDrawing } from './mapping/pair-drawing.tsx';
import { PlanCard } from './mapping/plan-card.tsx';

/** The mapping in force, drawn; and what an edited one would change, before anybody uses it. */
export function Mapping() {
  const mapping = useAnswer('/api/mapping');
  const operator = useMay('operator');
  const [trying, setTrying] = useState(false);
  return (
    <>
      <div class="head">
        <h1>Mapping</h1>
        {operator && (
          <button type="button" aria-expanded={trying} onClick={() => setTrying(!trying)}>
            Try an edited one …
          </button>
        )}
      </div>
      <Loaded answer={mapping}>
        {(data) => (
          <>
            <p class="soft">
              From <code>{data.file}</code>. Changes to that file take effect at the next start.
            </p>
            {trying && <PlanCard mapping={data} />}
            {data.pairs.map((pair) => (
              <PairDrawing key={pair.name} pair={pair} />
            ))}
          </>
        )}
      </Loaded>
    </>
  );
}
