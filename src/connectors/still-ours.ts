import type { Side } from '../core/side.ts';
import { notOurs } from './errors.ts';
import type { Sending } from './ticket-system.ts';

/** Rejects with ConnectorError (cause `not-ours`) where what is to be sent may be another worker's by now. */
export async function orHandBack(side: Side, sending: Sending | undefined, request: string): Promise<void> {
  if (sending === undefined || (await sending.stillOurs())) return;
  throw notOurs(side, request);
}
