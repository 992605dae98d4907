/** The permission set that `doctor --fix` makes, by its API name. */
export const permissionSetName = 'Casebridge';

/** Names the ServiceNow record; the key of every upsert. */
export const idField = 'ServiceNow_Id__c';
/** Shows its number; read by nobody. */
export const numberField = 'ServiceNow_Number__c';

/** What a pair of the mapping file wants of an object. */
export interface WantedObject {
  readonly object: string;
  /** Mapped fields by their API names, and whether Casebridge writes them. */
  readonly fields: readonly { readonly name: string; readonly written: boolean }[];
  /** True for tickets; false for people, who are only looked up. */
  readonly tickets: boolean;
}

/** A custom field as the Metadata API reads it. */
export interface FoundField {
  readonly unique: boolean;
  readonly externalId: boolean;
}

export interface FoundObject {
  readonly object: string;
  /** Fields that our own user is shown. */
  readonly shown: ReadonlyMap<string, { readonly permissionable: boolean; readonly fixed: boolean }>;
  readonly id: FoundField | null;
  readonly number: FoundField | null;
  /** Mapped custom fields that the object does not have at all. */
  readonly absent: readonly string[];
}

export interface ObjectGrant {
  readonly object: string;
  readonly write: boolean;
  readonly viewAll: boolean;
}

export interface FieldGrant {
  /** `Case.Subject`. */
  readonly field: string;
  readonly editable: boolean;
}

export interface Grants {
  readonly objects: readonly ObjectGrant[];
  readonly fields: readonly FieldGrant[];
}

/** One thing that `doctor --fix` would do in an org. */
export type SetupStep =
  | {
      readonly kind: 'field';
      readonly object: string;
      readonly field: string;
      readonly label: string;
      /** Characters. */
      readonly length: number;
      /** Unique and External ID. */
      readonly key: boolean;
      readonly isNew: boolean;
    }
  | { readonly kind: 'permission-set'; readonly isNew: boolean; readonly lacks: Grants; readonly all: Grants }
  | { readonly kind: 'assignment' };

export interface FoundSetup {
  readonly objects: readonly FoundObject[];
  /** Null where there is no such permission set. */
  readonly granted: Grants | null;
  readonly assigned: boolean;
}

/** What is missing, in the order in which it can be made. An empty plan means that everything is there. */
export function planSetup(wanted: readonly WantedObject[], found: FoundSetup): readonly SetupStep[] {
  const fields = wanted.flatMap((one) => (one.tickets ? missingFields(found.objects, one.object) : []));
  const needed = neededGrants(wanted, found.objects);
  const all = found.granted === null ? needed : union(found.granted, needed);
  const lacks = found.granted === null ? needed : difference(needed, found.granted);
  const isShort = found.granted === null || lacks.objects.length + lacks.fields.length > 0;
  return [
    ...fields,
    ...(isShort ? [{ kind: 'permission-set', isNew: found.granted === null, lacks, all } as const] : []),
    ...(found.assigned ? [] : [{ kind: 'assignment' } as const]),
  ];
}

function missingFields(objects: readonly FoundObject[], object: string): readonly SetupStep[] {
  const known = objects.find((one) => one.object === object);
  const id = known?.id ?? null;
  const number = known?.number ?? null;
  const step = (field: string, label: string, length: number, key: boolean, isNew: boolean): SetupStep => ({
    kind: 'field',
    object,
    field,
    label,
    length,
    key,
    isNew,
  });
  return [
    ...(id === null || !id.unique || !id.externalId ? [step(idField, 'ServiceNow Id', 32, true, id === null)] : []),
    ...(number === null ? [step(numberField, 'ServiceNow Number', 40, false, true)] : []),
  ];
}

const unknownObject: Pick<FoundObject, 'shown' | 'absent'> = { shown: new Map(), absent: [] };

function neededGrants(wanted: readonly WantedObject[], found: readonly FoundObject[]): Grants {
  const objects = new Map<string, ObjectGrant>();
  const fields = new Map<string, FieldGrant>();
  for (const { object, tickets, fields: mapped } of wanted) {
    const { shown, absent } = found.find((one) => one.object === object) ?? unknownObject;
    if (objects.get(object)?.write !== true) objects.set(object, { object, write: tickets, viewAll: tickets });
    const own = tickets ? [idField, numberField].map((name) => ({ name, written: true })) : [];
    for (const { name, written } of [...mapped, ...own]) {
      const known = shown.get(name);
      // A field that is not shown is hidden by field-level security, which then applies to it.
      if (known?.permissionable === false || absent.includes(name)) continue;
      const field = `${object}.${name}`;
      const editable = written && known?.fixed !== true;
      fields.set(field, { field, editable: editable || fields.get(field)?.editable === true });
    }
  }
  return { objects: [...objects.values()], fields: [...fields.values()] };
}

/** What is there already stays: a set that is sent replaces the one that is there. */
function union(had: Grants, needed: Grants): Grants {
  const objects = new Map(had.objects.map((one) => [one.object, one]));
  for (const one of needed.objects) {
    const before = objects.get(one.object);
    const write = one.write || before?.write === true;
    objects.set(one.object, { ...one, write, viewAll: one.viewAll || before?.viewAll === true });
  }
  const fields = new Map(had.fields.map((one) => [one.field, one]));
  for (const one of needed.fields) {
    fields.set(one.field, { ...one, editable: one.editable || fields.get(one.field)?.editable === true });
  }
  return { objects: [...objects.values()], fields: [...fields.values()] };
}

function difference(needed: Grants, had: Grants): Grants {
  const objects = new Map(had.objects.map((one) => [one.object, one]));
  const fields = new Map(had.fields.map((one) => [one.field, one]));
  return {
    objects: needed.objects.filter(({ object, write, viewAll }) => {
      const known = objects.get(object);
      return known === undefined || (write && !known.write) || (viewAll && !known.viewAll);
    }),
    fields: needed.fields.filter(({ field, editable }) => {
      const known = fields.get(field);
      return known === undefined || (editable && !known.editable);
    }),
  };
}
