import { z } from 'zod';
import { ConnectorError } from '../errors.ts';
import { firstPage } from './composite.ts';
import { normaliseId } from './ids.ts';
import { viaMetadata } from './metadata-soap.ts';
import { fieldMetadata, grantsIn, isThere, permissionSetMetadata } from './setup-metadata.ts';
import {
  type FoundField,
  type FoundObject,
  type FoundSetup,
  idField,
  numberField,
  permissionSetName,
  type SetupStep,
  type WantedObject,
} from './setup-plan.ts';
import type { SalesforceDeps } from './salesforce.ts';
import { createSession, type Session } from './session.ts';
import { both, equals, objectNamed, select } from './soql.ts';
import { createWire, type Wire } from './transport.ts';
import { understand } from './wire.ts';

/** Looks at what an administrator has prepared, and makes what is missing. Every method rejects with ConnectorError. */
export interface SalesforceSetup {
  /** `user`: whom the permission set is for, 18 characters; null where it is not known. */
  look(wanted: readonly WantedObject[], user: string | null): Promise<FoundSetup>;
  /** Does one step; can be repeated. */
  apply(step: SetupStep, user: string | null): Promise<void>;
  close(): void;
}

const describeAnswer = z.object({
  fields: z.array(
    z.looseObject({
      name: z.string(),
      permissionable: z.boolean(),
      calculated: z.boolean(),
      autoNumber: z.boolean(),
    }),
  ),
});

/**
 * Custom fields and the permission set go through the Metadata API (`readMetadata`, `upsertMetadata`, which want "Modify Metadata
 * Through Metadata API Functions": Metadata API guide); who has the set is a row of PermissionSetAssignment (Object reference).
 */
export function createSalesforceSetup(deps: SalesforceDeps): SalesforceSetup {
  const wire = createWire({ timeoutMs: 120_000, deadlineMs: 120_000, maxBytes: 32 * 1024 * 1024 });
  const session = createSession({ ...deps, wire });
  return {
    look: async (wanted, user) => {
      const objects: FoundObject[] = [];
      for (const object of new Set(wanted.map((one) => objectNamed(one.object)))) {
        const fields = wanted.flatMap((one) => (one.object === object ? one.fields.map(({ name }) => name) : []));
        const tickets = wanted.some((one) => one.object === object && one.tickets);
        objects.push(await lookAt(session, wire, { object, fields, tickets }));
      }
      const set = await viaMetadata(session, wire, 'readMetadata PermissionSet', (api) =>
        api.read('PermissionSet', permissionSetName),
      );
      const assigned = user !== null && (await assignmentOf(session, user)) !== null;
      return { objects, granted: isThere(set) ? grantsIn(set) : null, assigned };
    },
    apply: (step, user) => apply(session, wire, step, user),
    close: () => session.close(),
  };
}

async function lookAt(
  session: Session,
  wire: Wire,
  {
    object,
    fields,
    tickets,
  }: { readonly object: string; readonly fields: readonly string[]; readonly tickets: boolean },
): Promise<FoundObject> {
  const answer = await session.call({ method: 'GET', path: session.path(`/sobjects/${object}/describe`) });
  const described = understand(describeAnswer, answer.body, answer.request);
  const shown = new Map(
    described.fields.map(({ name, permissionable, calculated, autoNumber }) => [
      name,
      { permissionable, fixed: calculated || autoNumber },
    ]),
  );
  const hidden = fields.filter((name) => name.endsWith('__c') && !shown.has(name));
  const asked = [...new Set([...(tickets ? [idField, numberField] : []), ...hidden])];
  const found = await customFields(session, wire, object, asked);
  return {
    object,
    shown,
    id: found.get(idField) ?? null,
    number: found.get(numberField) ?? null,
    absent: hidden.filter((name) => !found.has(name)),
  };
}

/** Components that one call reads at most (Metadata API guide, readMetadata). */
const readAtOnce = 10;

/** Those of the fields that are there, whoever may see them. */
async function customFields(
  session: Session,
  wire: Wire,
  object: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, FoundField>> {
  const found = new Map<string, FoundField>();
  for (let start = 0; start < names.length; start += readAtOnce) {
    const some = names.slice(start, start + readAtOnce).map((name) => `${object}.${name}`);
    const fields = await viaMetadata(session, wire, 'readMetadata CustomField', (api) => api.read('CustomField', some));
    for (const field of fields.filter(isThere)) {
      const name = (field.fullName ?? '').slice(object.length + 1);
      found.set(name, { unique: field.unique === true, externalId: field.externalId === true });
    }
  }
  return found;
}

async function apply(session: Session, wire: Wire, step: SetupStep, user: string | null): Promise<void> {
  switch (step.kind) {
    case 'field':
      return saved(
        await viaMetadata(session, wire, 'upsertMetadata CustomField', (api) =>
          api.upsert('CustomField', fieldMetadata(step)),
        ),
      );
    case 'permission-set': {
      const before = await viaMetadata(session, wire, 'readMetadata PermissionSet', (api) =>
        api.read('PermissionSet', permissionSetName),
      );
      return saved(
        await viaMetadata(session, wire, 'upsertMetadata PermissionSet', (api) =>
          api.upsert('PermissionSet', permissionSetMetadata(step.all, before)),
        ),
      );
    }
    case 'assignment':
      return assign(session, user);
  }
}

interface Saved {
  readonly success: boolean;
  readonly errors: readonly { readonly message: string; readonly statusCode: string }[];
}

/** A component that was not taken is a success of the call (UpsertResult). */
function saved({ success, errors }: Saved): void {
  if (success) return;
  const [first] = errors;
  throw new ConnectorError('Rejected', {
    side: 'salesforce',
    executed: 'no',
    cause: 'set-up-refused',
    ...(first === undefined ? {} : { code: first.statusCode, answer: first.message }),
  });
}

async function permissionSetId(session: Session): Promise<string | null> {
  const soql = select({ object: 'PermissionSet', fields: ['Id'], where: equals('Name', permissionSetName), limit: 1 });
  const { page } = await firstPage(session, soql, {});
  return normaliseId(page.records[0]?.Id ?? '');
}

/** Null where the user does not have the set. */
async function assignmentOf(session: Session, user: string): Promise<string | null> {
  const set = await permissionSetId(session);
  if (set === null) return null;
  const where = both(equals('AssigneeId', user), equals('PermissionSetId', set));
  const { page } = await firstPage(
    session,
    select({ object: 'PermissionSetAssignment', fields: ['Id'], where, limit: 1 }),
    {},
  );
  return page.records[0]?.Id ?? null;
}

async function assign(session: Session, user: string | null): Promise<void> {
  const set = await permissionSetId(session);
  if (set === null || user === null) {
    throw new ConnectorError('NotFound', { side: 'salesforce', executed: 'no', cause: 'nobody-to-assign' });
  }
  await session.call({
    method: 'POST',
    path: session.path('/sobjects/PermissionSetAssignment'),
    json: { AssigneeId: user, PermissionSetId: set },
  });
}
