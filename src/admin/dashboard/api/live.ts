import type { LiveEvent, Topic } from '../../schemas/events.ts';
import { address } from './client.ts';

/** connecting: not yet open. live: events arrive. lost: the line is down; the browser keeps trying. */
export type LiveState = { readonly kind: 'connecting' | 'live' } | { readonly kind: 'lost'; readonly since: number };

/** Null: something was missed, so that anything may have changed. */
type Listener = (event: LiveEvent | null) => void;

const listeners = new Set<Listener>();
const watchers = new Set<(state: LiveState) => void>();
let state: LiveState = { kind: 'connecting' };
let source: EventSource | null = null;

function become(next: LiveState): void {
  if (next.kind === 'lost' && state.kind === 'lost') return;
  state = next;
  for (const watcher of watchers) watcher(state);
}

function tell(event: LiveEvent | null): void {
  for (const listener of listeners) listener(event);
}

/** Opens the line, or opens it anew after a login. The browser reconnects by itself, but for an answer that refuses it. */
export function connect(): void {
  const again = source !== null;
  source?.close();
  const opened = new EventSource(address('/api/events'));
  source = opened;
  opened.onopen = () => become({ kind: 'live' });
  opened.onmessage = (message: MessageEvent<unknown>) => {
    if (typeof message.data === 'string') tell(JSON.parse(message.data) as LiveEvent);
  };
  opened.addEventListener('missed', () => tell(null));
  opened.onerror = () => {
    if (source !== opened) return;
    become({ kind: 'lost', since: Date.now() });
    if (opened.readyState === EventSource.CLOSED) window.setTimeout(() => source === opened && connect(), 5000);
  };
  // A new line knows nothing of what the old one had not heard yet.
  if (again) tell(null);
}

export function disconnect(): void {
  source?.close();
  source = null;
}

/** Calls back with every event of these topics, of all where none is named; with null where some were missed. */
export function listen(topics: readonly Topic[], listener: Listener): () => void {
  const wanted: Listener = (event) => {
    if (event === null || topics.length === 0 || topics.includes(event.topic)) listener(event);
  };
  listeners.add(wanted);
  return () => void listeners.delete(wanted);
}

export function watchLive(watcher: (state: LiveState) => void): () => void {
  watchers.add(watcher);
  watcher(state);
  return () => void watchers.delete(watcher);
}
