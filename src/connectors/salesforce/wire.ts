import { z } from 'zod';
import { ConnectorError } from '../errors.ts';

/** A row of a query answer: whatever was selected, with `attributes`. */
export interface Row {
  [name: string]: unknown;
  Id: string;
  SystemModstamp?: string | undefined;
  CreatedDate?: string | undefined;
}

/** Rows are taken as they came: to copy them costs as much as to parse their JSON. */
export const rowSchema = z.custom<Row>(isRow);

/** A row that is no row has no id, which whoever reads rows notices: it must not spoil its neighbours. */
const anyRow = z.unknown().transform((value): Row => (isRow(value) ? value : { Id: '' }));

function isRow(value: unknown): value is Row {
  if (typeof value !== 'object' || value === null) return false;
  const { Id, SystemModstamp = '', CreatedDate = '' } = value as Readonly<Record<string, unknown>>;
  return typeof Id === 'string' && typeof SystemModstamp === 'string' && typeof CreatedDate === 'string';
}

/** The last page has `done: true` and no `nextRecordsUrl` (rec: query-last-page). */
export const pageSchema = z.object({
  totalSize: z.number(),
  done: z.boolean(),
  nextRecordsUrl: z.string().optional(),
  records: z.array(anyRow),
});
export type Page = z.infer<typeof pageSchema>;

/** A request-level error says `errorCode`, a row of a collection `statusCode` (rec: collections-update-invalid-id). */
export const vendorErrorSchema = z
  .looseObject({
    errorCode: z.string().optional(),
    statusCode: z.string().optional(),
    message: z.string().default(''),
    fields: z.array(z.string()).nullish(),
  })
  .transform((error) => ({
    code: error.errorCode ?? error.statusCode ?? '',
    message: error.message,
    fields: error.fields ?? [],
  }));
export type VendorError = z.infer<typeof vendorErrorSchema>;

/** One row of a collections answer. A failed row has no id. */
export const savedSchema = z.object({
  id: z.string().nullish(),
  success: z.boolean(),
  created: z.boolean().optional(),
  errors: z.array(vendorErrorSchema).default([]),
});
export type Saved = z.infer<typeof savedSchema>;

const partSchema = z.object({ body: z.unknown().optional(), httpStatusCode: z.number(), referenceId: z.string() });

/** A part that cannot be understood counts as one that did not come. */
export const compositeSchema = z.object({
  compositeResponse: z
    .array(z.union([partSchema, z.unknown().transform(() => null)]))
    .transform((parts) => parts.filter((part) => part !== null)),
});

export const describeSchema = z.object({
  name: z.string(),
  fields: z.array(
    z.object({
      name: z.string(),
      label: z.string(),
      type: z.string(),
      length: z.number(),
      nillable: z.boolean(),
      defaultedOnCreate: z.boolean(),
      createable: z.boolean(),
      updateable: z.boolean(),
      unique: z.boolean(),
      externalId: z.boolean(),
      restrictedPicklist: z.boolean(),
      nameField: z.boolean().optional(),
      picklistValues: z.array(z.object({ active: z.boolean(), value: z.string() })).nullish(),
    }),
  ),
  recordTypeInfos: z
    .array(
      z.object({
        active: z.boolean(),
        available: z.boolean(),
        developerName: z.string(),
        master: z.boolean(),
        recordTypeId: z.string(),
      }),
    )
    .nullish(),
});

export const tokenSchema = z.object({
  access_token: z.string().min(1),
  instance_url: z.string().min(1),
  refresh_token: z.string().min(1).optional(),
});

export const tokenErrorSchema = z.object({ error: z.string(), error_description: z.string().default('') });

export const userInfoSchema = z.object({ organization_id: z.string(), user_id: z.string() });

/**
 * Takes an answer that claims success into our types. Throws Unavailable, in doubt, when it is not what the vendor documents:
 * a proxy's page or half an answer says nothing about what happened.
 */
export function understand<T>(schema: z.ZodType<T>, value: unknown, request: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new ConnectorError('Unavailable', {
    side: 'salesforce',
    executed: 'maybe',
    cause: 'unreadable-answer',
    request,
    answer: issue === undefined ? 'unreadable' : `${issue.path.join('.')}: ${issue.message}`,
  });
}
