import { z } from 'zod';
import type { DeskDoctor, Sight, TicketSight } from '../desk-doctor.ts';
import { ConnectorError } from '../errors.ts';
import { composite, queryPart, rowsOf } from './composite.ts';
import { describe, identity } from './describe.ts';
import { historyObject } from './history.ts';
import type { SalesforceDeps } from './salesforce.ts';
import { createSession, type Session } from './session.ts';
import { isFieldName, isTrue, objectNamed, select } from './soql.ts';
import { createWire } from './transport.ts';
import { understand } from './wire.ts';

const limitsSchema = z.object({ DailyApiRequests: z.object({ Max: z.number(), Remaining: z.number() }) });

/** Looks at an org with the rights of our user; writes nothing. */
export function createSalesforceDoctor(deps: SalesforceDeps): DeskDoctor {
  const wire = createWire({ timeoutMs: 60_000, deadlineMs: 60_000, maxBytes: 32 * 1024 * 1024 });
  const session = createSession({ ...deps, wire });
  const limits = () => session.call({ method: 'GET', path: session.path('/limits') });
  return {
    side: 'salesforce',
    login: async () => {
      const serverNowMs = Date.parse((await limits()).headers['date'] ?? '');
      return {
        expiresAt: null,
        serverNowMs: Number.isNaN(serverNowMs) ? null : serverNowMs,
        nowMs: deps.clock.now(),
      };
    },
    identity: () => identity(session),
    describe: (object) => describe(session, object),
    tickets: (object, fields) => tickets(session, object, fields),
    look: async (object) => ({
      comments: await sightOf(session, select({ object: 'CaseComment', fields: ['Id'], limit: 1 })),
      attachments: await sightOf(session, select({ object: 'ContentVersion', fields: ['Id'], limit: 1 })),
      deletions: await sightOf(session, select({ object, fields: ['Id'], where: isTrue('IsDeleted'), limit: 1 }), true),
      history: await sightOf(session, select({ object: historyObject(object), fields: ['Id'], limit: 1 })),
    }),
    sight: (object) => sightOf(session, select({ object, fields: ['Id'], limit: 1 })),
    mayCreate: (object) => mayCreate(session, object),
    isAdministrator: () => isAdministrator(session),
    callLimit: async () => {
      const answer = await limits();
      const { Max, Remaining } = understand(limitsSchema, answer.body, answer.request).DailyApiRequests;
      return { used: Max - Remaining, limit: Max, per: 'day' };
    },
    // Composite and collections come with the API itself: there is no right of their own.
    mayBatch: async () => null,
  };
}

const createableAnswer = z.object({ createable: z.boolean() });

/** Describe shows it by this user's rights. */
async function mayCreate(session: Session, object: string): Promise<boolean> {
  const answer = await session.call({ method: 'GET', path: session.path(`/sobjects/${objectNamed(object)}/describe`) });
  return understand(createableAnswer, answer.body, answer.request).createable;
}

const powers = ['PermissionsModifyAllData', 'PermissionsModifyMetadata'] as const;

/** UserPermissionAccess is one row about whoever asks (Object reference); null where this org does not show it. */
async function isAdministrator(session: Session): Promise<boolean | null> {
  const soql = select({ object: 'UserPermissionAccess', fields: ['Id', ...powers], limit: 1 });
  try {
    const [part] = await composite(session, [queryPart(session, soql, false)]);
    const [row] = part === undefined ? [] : await rowsOf(session, part);
    return row === undefined ? null : powers.some((name) => row[name] === true);
  } catch (error) {
    if (error instanceof ConnectorError && refusals.has(error.data.code ?? '')) return null;
    throw error;
  }
}

/** Describe leaves out what field-level security hides; sharing hides rows without a word. */
async function tickets(session: Session, object: string, fields: readonly string[]): Promise<TicketSight> {
  const shown = new Set((await describe(session, object)).fields.map((field) => field.name));
  const readable = fields.filter((name) => shown.has(name) && isFieldName(name));
  const rows = await sightOf(session, select({ object, fields: ['Id', ...readable], limit: 1 }));
  return { rows, hidden: fields.filter((name) => !shown.has(name)) };
}

/** An object that a profile hides is one that does not exist (rec: query-400-invalid-type). */
const refusals = new Set(['INVALID_TYPE', 'INVALID_FIELD', 'NOT_FOUND', 'INSUFFICIENT_ACCESS']);

async function sightOf(session: Session, soql: string, all = false): Promise<Sight> {
  try {
    const [part] = await composite(session, [queryPart(session, soql, all)]);
    if (part === undefined) return 'none';
    return (await rowsOf(session, part)).length > 0 ? 'seen' : 'none';
  } catch (error) {
    if (error instanceof ConnectorError && refusals.has(error.data.code ?? '')) return 'refused';
    throw error;
  }
}
