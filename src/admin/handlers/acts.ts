import { note } from '../../operate/operator.ts';
import type { Side } from '../../core/side.ts';
import { sideNames } from '../../observability/words.ts';
import { createSignatures, type SignatureFault } from '../auth/signature.ts';
import { ApiProblem } from '../problem.ts';
import { rawBodyOf } from '../raw-body.ts';
import type { HandlersOf, MakeHandlers } from './types.ts';

/** However many wake-ups come, both sides are polled no more often than this for them. */
const wakeGapMs = 1000;

/** Polling now, for whoever asks and for desks that say that something changed. */
export const actHandlers: MakeHandlers<'syncNow' | 'wake'> = ({
  engine,
  daemon,
  wakeSecret,
}): HandlersOf<'syncNow' | 'wake'> => {
  const { clock } = engine;
  const check = wakeSecret === null ? null : createSignatures(wakeSecret, () => clock.now());
  let wokenAt = 0;
  return {
    syncNow: async ({ operator }) => {
      void daemon.syncNow();
      await note(operator, 'sync', null);
      return { text: 'Both sides are polled now.' };
    },
    wake: async ({ request, body }) => {
      if (check === null) throw new ApiProblem(403, 'Wake-ups are not set up: CASEBRIDGE_WAKE_SECRET is not set.');
      const fault = check({
        timestamp: header(request.headers['x-casebridge-timestamp']),
        signature: header(request.headers['x-casebridge-signature']),
        body: rawBodyOf(request),
      });
      if (fault !== null) throw new ApiProblem(401, faults[fault]);
      if (clock.now() - wokenAt >= wakeGapMs) {
        wokenAt = clock.now();
        void daemon.syncNow();
      }
      return { text: `${whom(body.side)} polled now.` };
    },
  };
};

const faults: Readonly<Record<SignatureFault, string>> = {
  missing: 'Sign the call: x-casebridge-timestamp in seconds, x-casebridge-signature as HMAC-SHA256.',
  late: 'The timestamp is more than five minutes from our clock; set the clock, or send it when it is made.',
  wrong: 'The signature does not fit; it is the HMAC-SHA256 of "<timestamp>.<body>" under CASEBRIDGE_WAKE_SECRET.',
  replayed: 'This call was here already.',
};

function header(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function whom(side: Side | undefined): string {
  return side === undefined ? 'Both sides are' : `${sideNames[side]} is`;
}
