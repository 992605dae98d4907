import type { FieldDescription, ObjectDescription, SystemIdentity } from '../ticket-system.ts';
import { ConnectorError } from '../errors.ts';
import { firstPage } from './composite.ts';
import { normaliseId } from './ids.ts';
import type { Session } from './session.ts';
import { objectNamed, select } from './soql.ts';
import { describeSchema, understand, userInfoSchema } from './wire.ts';

/** The live metadata, as this user sees it: lengths, rights and choices differ per org and per user. */
export async function describe(session: Session, object: string): Promise<ObjectDescription> {
  const answer = await session
    .call({ method: 'GET', path: session.path(`/sobjects/${objectNamed(object)}/describe`) })
    .catch((error: unknown) => {
      // An object that is not there and one that is hidden look the same (rec: describe-404-not-found).
      if (!(error instanceof ConnectorError) || error.kind !== 'NotFound') throw error;
      throw new ConnectorError('NotFound', { ...error.data, cause: 'unknown-object' }, { cause: error });
    });
  const description = understand(describeSchema, answer.body, answer.request);
  const fields = description.fields.map((field): FieldDescription => ({
    name: field.name,
    label: field.label,
    type: field.type,
    length: field.length > 0 ? field.length : null,
    required: field.createable && !field.nillable && !field.defaultedOnCreate,
    writable: field.updateable,
    unique: field.unique,
    externalId: field.externalId,
    // None of Case's own picklists is restricted: any value goes (rec: describe-case-full).
    choices: field.restrictedPicklist
      ? (field.picklistValues ?? []).filter((value) => value.active).map((value) => value.value)
      : null,
  }));
  const number = description.fields.find((field) => field.nameField === true)?.name;
  return {
    object: description.name,
    fields,
    ...(number === undefined ? {} : { numberField: number }),
    recordTypes: (description.recordTypeInfos ?? [])
      .filter((type) => type.active && type.available && !type.master)
      .map((type) => ({ name: type.developerName, id: normaliseId(type.recordTypeId) ?? type.recordTypeId })),
  };
}

/** The organisation and the user we are. Where the identity service refuses, the organisation alone. */
export async function identity(session: Session): Promise<SystemIdentity> {
  try {
    const answer = await session.call({ method: 'GET', path: '/services/oauth2/userinfo' });
    const info = understand(userInfoSchema, answer.body, answer.request);
    return {
      side: 'salesforce',
      instance: normaliseId(info.organization_id) ?? info.organization_id,
      user: info.user_id,
    };
  } catch (error) {
    const refused = error instanceof ConnectorError && (error.data.status === 403 || error.data.status === 404);
    if (!refused) throw error;
  }
  const { page } = await firstPage(session, select({ object: 'Organization', fields: ['Id'], limit: 1 }), {});
  const id = normaliseId(page.records[0]?.Id ?? '');
  if (id !== null) return { side: 'salesforce', instance: id, user: null };
  throw new ConnectorError('Unauthorized', {
    side: 'salesforce',
    executed: 'no',
    cause: 'no-rights',
    answer: 'Organization cannot be read',
  });
}
