import type { LiveEvent, Topic } from '../../schemas/events.ts';
import { address } from './client.ts';

/** connecting: not yet open. live: events arrive. lost: the line is down; the browser keeps trying. */
export type LiveState = { readonly kind: 'connecting' | 'live' } | { readonly kind: 'lost'; readonly since: number };

type Listener = (event: LiveEvent) => void;

/** Names of events that the server sends: a browser's EventSource hears only those it asks for by name. */
const names = [
  'link.created',
  'link.adopted',
  'link.updated',
  'link.unchanged',
  'link.held',
  'link.detached',
  'link.relinked',
  'poll.page',
  'poll.done',
  'poll.failed',
  'conflict.noted',
  'conflict.decided',
  'conflict.settled',
  'record.quarantined',
  'record.released',
  'create.in-doubt',
  'write.in-doubt',
  'side.paused',
  'side.resumed',
  'pair.paused',
  'pair.resumed',
  'resync.page',
  'run.started',
  'run.progress',
  'run.ended',
  'batch.done',
  'batch.failed',
  'store.lost',
  'store.back',
  'act',
  'message',
] as const;

const listeners = new Set<Listener>();
const watchers = new Set<(state: LiveState) => void>();
let state: LiveState = { kind: 'connecting' };
let source: EventSource | null = null;

function become(next: LiveState): void {
  if (next.kind === 'lost' && state.kind === 'lost') return;
  state = next;
  for (const watcher of watchers) watcher(state);
}

function hear(message: MessageEvent<unknown>): void {
  if (typeof message.data !== 'string') return;
  const event = JSON.parse(message.data) as LiveEvent;
  for (const listener of listeners) listener(event);
}

/** Opens the line, or opens it anew after a login. The browser reconnects by itself, but for an answer that refuses it. */
export function connect(): void {
  source?.close();
  const opened = new EventSource(address('/api/events'));
  source = opened;
  opened.onopen = () => become({ kind: 'live' });
  opened.onerror = () => {
    if (source !== opened) return;
    become({ kind: 'lost', since: Date.now() });
    if (opened.readyState === EventSource.CLOSED) window.setTimeout(() => source === opened && connect(), 5000);
  };
  for (const name of names) opened.addEventListener(name, hear);
}

export function disconnect(): void {
  source?.close();
  source = null;
}

/** Calls back with every event of these topics; of all where none is named. */
export function listen(topics: readonly Topic[], listener: Listener): () => void {
  const wanted: Listener = (event) => {
    if (topics.length === 0 || topics.includes(event.topic)) listener(event);
  };
  listeners.add(wanted);
  return () => void listeners.delete(wanted);
}

export function watchLive(watcher: (state: LiveState) => void): () => void {
  watchers.add(watcher);
  watcher(state);
  return () => void watchers.delete(watcher);
}
