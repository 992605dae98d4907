import { collectDefaultMetrics, Registry } from 'prom-client';
import type { EngineEvent } from '../engine/events.ts';
import { countEvent, createCounts } from './metrics/counts.ts';
import { createGauges, type Figures, showFigures } from './metrics/gauges.ts';

/** What those who watch have done. */
export type WatchNote =
  | { readonly kind: 'alert'; readonly channel: string; readonly outcome: 'sent' | 'failed' }
  | { readonly kind: 'heartbeat'; readonly outcome: 'sent' | 'failed' | 'withheld' };

export interface Metrics {
  hear(event: EngineEvent): void;
  note(note: WatchNote): void;
  /** In Prometheus' text format. */
  text(figures: Figures): Promise<string>;
  readonly contentType: string;
}

/** Counts what the engine does, and shows how things stand when somebody asks. `now`: milliseconds since the epoch. */
export function createMetrics(now: () => number, version: string): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counts = createCounts(registry);
  const gauges = createGauges(registry, version);
  let changes = 0;

  return {
    contentType: registry.contentType,
    hear: (event) => {
      changes += changesOf(event);
      countEvent(counts, event, now());
    },
    note: (note) => {
      if (note.kind === 'alert') counts.alerts.inc({ channel: note.channel, outcome: note.outcome });
      else counts.beats.inc({ outcome: note.outcome });
    },
    text: async (figures) => {
      showFigures(gauges, figures, changes);
      return registry.metrics();
    },
  };
}

function changesOf(event: EngineEvent): number {
  if (event.type === 'link.updated') return event.moves.length > 0 ? 1 : 0;
  return event.type === 'link.created' ? 1 : 0;
}
