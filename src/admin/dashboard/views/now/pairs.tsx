import type { Status } from '../../../schemas/status.ts';
import { post } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { announce } from '../../ui/announce.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { Mark, SideName } from '../../ui/parts.tsx';
import { ResumeButton } from './resume-button.tsx';
import { TimeText } from '../../ui/time-text.tsx';

/** Every pair of tables: when each side was last walked to its end, and whether the pair stands still. */
export function PairsCard({ status }: { readonly status: Status }) {
  const operator = useMay('operator');
  const names = [...new Set(status.polls.map((poll) => poll.pair))];
  return (
    <section class="card">
      <h2>Pairs</h2>
      {names.map((name) => {
        const pause = status.pauses.find((one) => one.pair === name);
        return (
          <div key={name} class="said">
            <div class="head">
              <h3>{name}</h3>
              {pause === undefined ? <Mark tone="good">Running</Mark> : <Mark tone="warn">Stands still</Mark>}
            </div>
            {pause !== undefined && (
              <p>
                {pause.text} <TimeText at={pause.at} />
              </p>
            )}
            <dl class="facts">
              {status.polls
                .filter((poll) => poll.pair === name)
                .map((poll) => (
                  <>
                    <dt>
                      <SideName side={poll.side} />
                    </dt>
                    <dd>
                      {poll.walking ? 'being walked; ' : ''}last complete <TimeText at={poll.completeAt} none="never" />
                      {poll.nextAt !== null && (
                        <span class="soft">
                          {' '}
                          · next <TimeText at={poll.nextAt} />
                        </span>
                      )}
                    </dd>
                  </>
                ))}
            </dl>
            {operator && (
              <div class="actions">
                {pause === undefined ? <PauseButton name={name} /> : <ResumeButton pause={pause} />}
              </div>
            )}
          </div>
        );
      })}
    </section>
  );
}

function PauseButton({ name }: { readonly name: string }) {
  return (
    <ConfirmButton
      label="Pause"
      title={`Let ${name} stand still?`}
      confirm="Pause"
      act={async () => {
        announce((await post('/api/pairs/:name/pause', { params: { name }, body: {} })).text);
      }}
    >
      <p>Nothing of this pair is written until someone sets it going again. Nothing is lost: it catches up.</p>
    </ConfirmButton>
  );
}
