import { ListPages } from '../ui/list-pages.tsx';
import { Empty } from '../ui/parts.tsx';
import { TimeText } from '../ui/time-text.tsx';
import { useList } from '../ui/use-list.ts';
import { plainValue } from '../ui/words.ts';

/** What people did, the latest first. */
export function Audit() {
  const list = useList('/api/audit', { limit: 100 }, ['acts']);
  return (
    <>
      <h1>Audit</h1>
      <ListPages
        list={list}
        keyOf={(entry) => entry.id}
        empty={
          <Empty title="Nobody has done anything yet">
            <p>Every act in the dashboard, the API and the command line is noted here and never removed.</p>
          </Empty>
        }
      >
        {(entry) => {
          const detail = Object.entries(entry.detail).map(([name, value]) => `${name}: ${plainValue(value)}`);
          return (
            <div class="head">
              <span>
                <strong>
                  <bdi>{entry.actor}</bdi>
                </strong>{' '}
                {entry.action}
                {entry.target !== null && (
                  <>
                    {' '}
                    <bdi class="id">{entry.target}</bdi>
                  </>
                )}
                {detail.length > 0 && (
                  <span class="soft">
                    {' '}
                    <bdi>({detail.join(', ')})</bdi>
                  </span>
                )}
              </span>
              <TimeText at={entry.at} as="exact" />
            </div>
          );
        }}
      </ListPages>
    </>
  );
}
