import { ConnectorError } from '../connectors/errors.ts';
import type { EngineEvent, EventSink } from '../engine/events.ts';
import { describeEvent } from './describe-event.ts';
import type { Log, LogLevel } from './logger.ts';

/**
 * How much each event matters. An error asks a person to go and look; a failed request or a side that pauses is a warning, since
 * it is tried again.
 */
const levels: Readonly<Record<EngineEvent['type'], LogLevel>> = {
  'poll.page': 'debug',
  'poll.done': 'debug',
  'poll.failed': 'warn',
  'link.created': 'info',
  'link.adopted': 'info',
  'match.proposed': 'info',
  'link.updated': 'info',
  'link.unchanged': 'debug',
  'link.held': 'info',
  'link.ended': 'warn',
  'link.back': 'info',
  'link.followed': 'info',
  'conflict.noted': 'info',
  'conflict.settled': 'info',
  'record.quarantined': 'warn',
  'record.released': 'info',
  'create.in-doubt': 'warn',
  'write.in-doubt': 'warn',
  'comment.carried': 'info',
  'comment.withheld': 'info',
  'comment.refused': 'warn',
  'comment.in-doubt': 'warn',
  'side.paused': 'warn',
  'side.resumed': 'info',
  'pace.changed': 'warn',
  'lanes.changed': 'info',
  'run.waits': 'warn',
  'sweep.page': 'debug',
  'sweep.done': 'info',
  'sweep.failed': 'warn',
  'store.pruned': 'info',
  'pair.paused': 'error',
  'resync.page': 'debug',
  'file.carried': 'info',
  'file.withheld': 'info',
  'file.failed': 'warn',
  'batch.done': 'debug',
  'batch.failed': 'error',
  'desk.called': 'debug',
  'store.lost': 'error',
  'store.back': 'info',
};

/** Writes a line for every event: a constant message, the event's keys as fields, and the sentence as `text`. */
export function logEvents(log: Log): EventSink {
  return (event) => {
    const level = levels[event.type];
    // Most events of a busy day are told at a level that is switched off.
    if (log.writes?.(level) === false) return;
    log(level, event.type, { ...fieldsOf(event), text: describeEvent(event) });
  };
}

/** Keys and counts: enough to find the record, without its contents. */
function fieldsOf(event: EngineEvent): Readonly<Record<string, unknown>> {
  const plain = Object.entries(event).filter(([name, value]) => name !== 'type' && isPlain(value));
  return { ...Object.fromEntries(plain), ...named(event) };
}

function isPlain(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function named(event: EngineEvent): Readonly<Record<string, unknown>> {
  if ('link' in event) {
    const { id, pair, ids } = event.link;
    return { link: id, pair, servicenow: ids.servicenow, salesforce: ids.salesforce };
  }
  if ('row' in event) return { key: event.row.key, pair: event.row.pair, attempts: event.row.attempts };
  if ('pause' in event) return { pair: event.pause.pair, reason: event.pause.reason };
  if ('error' in event && event.error instanceof ConnectorError) {
    const { kind, data } = event.error;
    return { error: kind, cause: data.cause, status: data.status, code: data.code, request: data.request };
  }
  return 'error' in event ? { error: event.error.name } : {};
}
