import { useEffect, useState } from 'preact/hooks';
import type { LinkDetail } from '../../schemas/links.ts';
import { post } from '../api/client.ts';
import { ApiProblem } from '../api/problem.ts';
import { useMay } from '../api/session.ts';
import { useAnswer } from '../api/use-answer.ts';
import { ActButton } from '../ui/act-button.tsx';
import { announce } from '../ui/announce.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { DeskLink, Empty, LinkStatusMark, Loaded } from '../ui/parts.tsx';
import { TimeText } from '../ui/time-text.tsx';
import { bothNames, lifeText, sideNames } from '../ui/words.ts';
import { ConflictCard } from './conflicts/conflict-card.tsx';
import { ChildrenCard } from './link/children.tsx';
import { FieldsCard } from './link/fields.tsx';
import { HistoryCard } from './link/history.tsx';

const topics = ['links', 'conflicts', 'quarantine', 'acts'] as const;

/** One pair of tickets: what each side holds, what both last agreed on, and how it came to that. */
export function LinkPage({ id }: { readonly id: string }) {
  const link = useAnswer(
    '/api/links/:id',
    { params: { id } },
    { topics, concerns: (event) => event.linkId === null || event.linkId === id },
  );
  const now = useAnswer('/api/links/:id/now', { params: { id } });
  const syncedAt = link.data?.lastSyncedAt;
  const [seenAt, setSeenAt] = useState<string | undefined>(undefined);
  const { reload } = now;
  // Reading both sides costs a call each: it is done when the page opens, and again when the pair has moved.
  useEffect(() => {
    if (syncedAt !== undefined && seenAt !== undefined && syncedAt !== seenAt) void reload();
    setSeenAt(syncedAt);
  }, [syncedAt, seenAt, reload]);

  const gone = link.problem instanceof ApiProblem && link.problem.status === 404;
  if (gone && link.data === null)
    return (
      <Empty title="There is no such link">
        <p>It may have been removed. Look for its number in the list.</p>
        <a href="#/links?focus=search">Search the links</a>
      </Empty>
    );
  return (
    <>
      {gone && (
        <div class="banner bad" role="alert">
          <span>This link is not there any more. Below is what it held when it was last seen.</span>
          <a href="#/links">To the links</a>
        </div>
      )}
      <Loaded answer={gone ? { ...link, problem: null } : link}>
        {(data) => (
          <>
            <Head link={data} gone={gone} again={async () => void (await Promise.all([link.reload(), now.reload()]))} />
            <Notes link={data} />
            <FieldsCard link={data} now={now} />
            {data.conflicts
              .filter((conflict) => conflict.status === 'open')
              .map((conflict) => (
                <section key={conflict.id} class="card" aria-label={`Conflict in ${conflict.labels.servicenow}`}>
                  <ConflictCard conflict={conflict} onChanged={() => void link.reload()} bare />
                </section>
              ))}
            <HistoryCard id={id} fields={data.fields} first={data.history} />
            <ChildrenCard items={data.children} />
          </>
        )}
      </Loaded>
    </>
  );
}

interface HeadProps {
  readonly link: LinkDetail;
  readonly gone: boolean;
  readonly again: () => Promise<void>;
}

function Head({ link, gone, again }: HeadProps) {
  const operator = useMay('operator');
  return (
    <>
      <nav aria-label="Where this is" class="soft">
        <a href="#/links">Links</a> / {link.pair}
      </nav>
      <div class="head">
        <h1>
          <bdi>{bothNames(link)}</bdi>
        </h1>
        <LinkStatusMark status={link.status} />
      </div>
      {link.title !== null && (
        <p>
          <bdi>{link.title}</bdi>
        </p>
      )}
      <div class="toolbar">
        <DeskLink url={link.urls.servicenow}>Open in ServiceNow</DeskLink>
        <DeskLink url={link.urls.salesforce}>Open in Salesforce</DeskLink>
        {operator && !gone && <Acts link={link} again={again} />}
        <span class="soft">
          Born in {sideNames[link.origin]} <TimeText at={link.createdAt} />; in step <TimeText at={link.lastSyncedAt} />
        </span>
      </div>
    </>
  );
}

function Acts({ link, again }: Omit<HeadProps, 'gone'>) {
  const params = { id: link.id };
  if (link.status === 'detached')
    return (
      <ActButton
        label="Link again"
        act={async () => {
          await post('/api/links/:id/relink', { params });
          announce('Linked again; both sides are compared now.');
          await again();
        }}
      />
    );
  return (
    <>
      <ActButton
        label="Compare now"
        act={async () => {
          announce((await post('/api/links/:id/resync', { params })).text);
          await again();
        }}
      />
      {link.quarantine !== null && (
        <ActButton
          label="Retry"
          act={async () => {
            announce((await post('/api/links/:id/retry', { params })).text);
            await again();
          }}
        />
      )}
      <ConfirmButton
        label="Unlink"
        tone="danger"
        title={`Unlink ${bothNames(link)}?`}
        confirm="Unlink"
        act={async () => {
          await post('/api/links/:id/unlink', { params });
          announce(`${bothNames(link)} is unlinked.`);
          await again();
        }}
      >
        <p>
          Changes no longer travel between the two tickets. Both stay as they are, and neither is linked or copied again
          until someone links them again here.
        </p>
      </ConfirmButton>
    </>
  );
}

/** What stands in the way of this pair, in words. */
function Notes({ link }: { readonly link: LinkDetail }) {
  const { quarantine, holdTexts, pending, mapped } = link;
  if (quarantine === null && holdTexts.length === 0 && pending.length === 0 && mapped && link.life === null)
    return null;
  return (
    <section class="card" aria-label="What stands in the way">
      {!mapped && <p>The mapping file has the pair “{link.pair}” no more: this link rests.</p>}
      {link.life !== null && (
        <p>
          <bdi>{lifeText(link.life)}</bdi>
        </p>
      )}
      {quarantine !== null && (
        <p>
          <strong>Set aside:</strong> <bdi>{quarantine.why}</bdi>{' '}
          <span class="soft">
            Tried {quarantine.attempts} times; again <TimeText at={quarantine.nextAt} />.
          </span>
        </p>
      )}
      {holdTexts.map((hold) => (
        <p key={hold.field}>
          <strong>Left alone:</strong> <bdi>{hold.text}</bdi>
        </p>
      ))}
      {pending.length > 0 && (
        <p>
          Sent, and not known yet whether it arrived: {pending.map((write) => write.field).join(', ')}. It is looked up
          by itself.
        </p>
      )}
    </section>
  );
}
