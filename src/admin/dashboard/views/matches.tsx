import type { Proposal } from '../../schemas/people.ts';
import { post } from '../api/client.ts';
import { useMay } from '../api/session.ts';
import { setFilters } from '../route/use-route.ts';
import { ActButton } from '../ui/act-button.tsx';
import { announce } from '../ui/announce.tsx';
import { ListPages } from '../ui/list-pages.tsx';
import { PairSelect } from '../ui/pair-select.tsx';
import { Empty, Mark } from '../ui/parts.tsx';
import { TimeText } from '../ui/time-text.tsx';
import { useList } from '../ui/use-list.ts';
import { bothNames, type Tone } from '../ui/words.ts';
import type { ViewProps } from '../view.tsx';
import { ByHand } from './matches/by-hand.tsx';

const statuses = ['open', 'accepted', 'rejected', 'all'] as const;
const marks: Readonly<Record<Proposal['status'], readonly [Tone, string]>> = {
  open: ['warn', 'Waits for a person'],
  accepted: ['good', 'Linked'],
  rejected: ['off', 'Not the same'],
};

/** Records that may be the same ticket. Nothing is linked by likeness alone: a person says so. */
export function Matches({ route }: ViewProps) {
  const { pair = '' } = route.query;
  const status = statuses.find((one) => one === route.query['status']) ?? 'open';
  const operator = useMay('operator');
  const list = useList('/api/proposals', { status, ...(pair === '' ? {} : { pair }), limit: 50 }, ['links', 'acts']);
  return (
    <>
      <div class="head">
        <h1>Possible matches</h1>
        <div class="toolbar">
          <label>
            Show
            <select value={status} onChange={(event) => setFilters({ status: event.currentTarget.value })}>
              {statuses.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </select>
          </label>
          <PairSelect pair={pair} />
        </div>
      </div>
      {operator && <ByHand />}
      <ListPages
        list={list}
        keyOf={(proposal) => proposal.id}
        empty={
          <Empty title="No match waits for a person">
            <p>When two records look alike and nothing proves that they are one ticket, they are proposed here.</p>
          </Empty>
        }
      >
        {(proposal) => <ProposalCard proposal={proposal} onChanged={list.reload} />}
      </ListPages>
    </>
  );
}

interface ProposalCardProps {
  readonly proposal: Proposal;
  readonly onChanged: () => void;
}

function ProposalCard({ proposal, onChanged }: ProposalCardProps) {
  const operator = useMay('operator');
  const [tone, word] = marks[proposal.status];
  const params = { id: proposal.id };
  return (
    <>
      <div class="head">
        <h2>
          <bdi>{bothNames(proposal)}</bdi>
        </h2>
        <span class="soft">
          <Mark tone={tone}>{word}</Mark> <TimeText at={proposal.decidedAt ?? proposal.at} />
        </span>
      </div>
      <p>
        <bdi>{proposal.text}</bdi>
      </p>
      {operator && proposal.status === 'open' && (
        <div class="actions">
          <ActButton
            label="One ticket: link them"
            act={async () => {
              announce((await post('/api/proposals/:id/accept', { params })).text);
              onChanged();
            }}
          />
          <ActButton
            label="Not the same"
            act={async () => {
              announce((await post('/api/proposals/:id/reject', { params })).text);
              onChanged();
            }}
          />
        </div>
      )}
    </>
  );
}
