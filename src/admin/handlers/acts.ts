import { note } from '../../operate/operator.ts';
import { Refused } from '../../operate/refused.ts';
import { sideNames } from '../../observability/words.ts';
import { createSignatures, type SignatureFault } from '../auth/signature.ts';
import { ApiProblem } from '../problem.ts';
import { rawBodyOf } from '../raw-body.ts';
import type { Body } from '../routes.ts';
import { createWaker, type Woken } from '../wake.ts';
import { given } from './links.ts';
import type { HandlersOf, MakeHandlers } from './types.ts';

/** Calls with a wrong signature that are answered in words within a window; there is nothing to learn from more. */
const wrongAnswered = 20;
const windowMs = 10_000;

/** Polling now, for whoever asks and for desks that say that something changed. */
export const actHandlers: MakeHandlers<'syncNow' | 'wake'> = (context): HandlersOf<'syncNow' | 'wake'> => {
  const { engine, daemon, wakeSecret } = context;
  const { clock } = engine;
  const known = engine.pairs.map(({ name }) => name);
  const check = wakeSecret === null ? null : createSignatures(wakeSecret, () => clock.now());
  const wake = createWaker(context);
  let wrong = { since: 0, count: 0 };

  const refuse = (fault: SignatureFault): never => {
    if (clock.now() - wrong.since > windowMs) wrong = { since: clock.now(), count: 0 };
    wrong.count += 1;
    if (wrong.count <= wrongAnswered) throw new ApiProblem(401, faults[fault]);
    throw new ApiProblem(429, 'Too many calls that were not signed rightly.', { retryAfter: windowMs / 1000 });
  };

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
      if (fault !== null) return refuse(fault);
      const { pair } = body;
      if (pair !== undefined && !known.includes(pair)) throw new Refused({ kind: 'no-pair', name: pair, known });
      return { text: `${whom(body)} polled ${words[wake(given(body))]}` };
    },
  };
};

const words: Readonly<Record<Woken, string>> = {
  now: 'now.',
  'in-time': 'at the next planned time: few calls are left for today.',
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

function whom({ side, pair }: Body<'wake'>): string {
  const which = side === undefined ? 'Both sides' : sideNames[side];
  return `${which}${pair === undefined ? '' : ` of ${pair}`} ${side === undefined ? 'are' : 'is'}`;
}
