import { ConnectorError } from '../../connectors/errors.ts';
import type { EngineEvent } from '../../engine/events.ts';
import { describeEvent } from '../../observability/describe-event.ts';
import type { Topic } from '../schemas/events.ts';
import type { NewEvent } from './hub.ts';

/** Where an event belongs; what nobody watches live is left out. */
function topicOf(type: EngineEvent['type']): Topic | null {
  if (type === 'batch.done' || type === 'link.unchanged' || type === 'desk.called') return null;
  const [subject] = type.split('.');
  switch (subject) {
    case 'poll':
      return 'polls';
    case 'conflict':
      return 'conflicts';
    case 'record':
    case 'batch':
      return 'quarantine';
    case 'side':
      return 'sides';
    case 'pair':
      return 'pairs';
    case 'resync':
      return 'runs';
    case 'store':
      return 'database';
    default:
      return 'links';
  }
}

/** An engine's event as the live stream tells it: its sentence, keys and counts, no ticket contents beside. Null for none. */
export function liveEvent(event: EngineEvent): NewEvent | null {
  const topic = topicOf(event.type);
  if (topic === null) return null;
  const link = 'link' in event ? event.link : null;
  return {
    topic,
    type: event.type,
    pair: link?.pair ?? pairIn(event),
    side: 'side' in event ? event.side : 'on' in event ? event.on : null,
    linkId: link?.id ?? null,
    text: describeEvent(event),
    data: dataOf(event),
  };
}

function pairIn(event: EngineEvent): string | null {
  if ('pair' in event) return event.pair;
  if ('pause' in event) return event.pause.pair;
  return 'row' in event && 'pair' in event.row ? event.row.pair : null;
}

function dataOf(event: EngineEvent): NewEvent['data'] {
  const plain: Record<string, string | number | boolean | null> = {};
  for (const [name, value] of Object.entries(event)) {
    if (name === 'type' || name === 'pair' || name === 'side') continue;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') plain[name] = value;
  }
  if ('conflict' in event) plain['conflictId'] = event.conflict.id;
  if ('row' in event && 'key' in event.row) plain['key'] = event.row.key;
  if ('error' in event && event.error instanceof ConnectorError) plain['error'] = event.error.kind;
  return plain;
}
