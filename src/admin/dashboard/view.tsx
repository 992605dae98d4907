import type { FunctionComponent } from 'preact';
import type { Route } from './route/route.ts';
import { Empty } from './ui/parts.tsx';
import { Audit } from './views/audit.tsx';
import { Conflicts } from './views/conflicts.tsx';
import { LinkPage } from './views/link.tsx';
import { Links } from './views/links.tsx';
import { Mapping } from './views/mapping.tsx';
import { Matches } from './views/matches.tsx';
import { Now } from './views/now.tsx';
import { People } from './views/people.tsx';
import { Quarantine } from './views/quarantine.tsx';
import { RunPage } from './views/run.tsx';
import { Runs } from './views/runs.tsx';
import { Tokens } from './views/tokens.tsx';

export interface ViewProps {
  readonly route: Route;
}

const lists: Readonly<Record<string, FunctionComponent<ViewProps>>> = {
  now: Now,
  links: Links,
  conflicts: Conflicts,
  quarantine: Quarantine,
  runs: Runs,
  mapping: Mapping,
  matches: Matches,
  people: People,
  audit: Audit,
  tokens: Tokens,
};

const single: Readonly<Record<string, FunctionComponent<{ readonly id: string }>>> = { links: LinkPage, runs: RunPage };

/** The view that the URL names. */
export function View({ route }: ViewProps) {
  const [name = 'now', id] = route.path;
  const One = id === undefined || !Object.hasOwn(single, name) ? undefined : single[name];
  if (One !== undefined && id !== undefined) return <One key={id} id={id} />;
  const List = Object.hasOwn(lists, name) ? lists[name] : undefined;
  if (List !== undefined) return <List route={route} />;
  return (
    <Empty title="There is no such page">
      <a href="#/now">To the start</a>
    </Empty>
  );
}
