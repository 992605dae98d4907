import type { Value } from '../values.ts';

export type FieldType =
  | 'id'
  | 'string'
  | 'textarea'
  | 'picklist'
  | 'reference'
  | 'boolean'
  | 'datetime'
  | 'int'
  | 'email'
  | 'phone'
  | 'url'
  | 'base64';

/** A field as describe shows it, in short. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly type: FieldType;
  /** Characters. */
  readonly length: number;
  /** Where the limit is one of bytes, not of characters. */
  readonly maxBytes: number | null;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly nillable: boolean;
  readonly defaultedOnCreate: boolean;
  readonly defaultValue: Value;
  readonly unique: boolean;
  readonly externalId: boolean;
  readonly idLookup: boolean;
  readonly custom: boolean;
  readonly autoNumber: boolean;
  readonly nameField: boolean;
  readonly filterable: boolean;
  readonly sortable: boolean;
  readonly groupable: boolean;
  /** Whether field-level security applies; null: it follows from the rest. */
  readonly permissionable: boolean | null;
  readonly referenceTo: readonly string[];
  readonly relationshipName: string | null;
  readonly picklist: readonly string[];
}

/** An object of the org. */
export interface ObjectSpec {
  readonly name: string;
  readonly label: string;
  readonly labelPlural: string;
  readonly keyPrefix: string;
  /** False where describe shows no prefix, as for CaseHistory (recording `describe-global`). */
  readonly showsPrefix: boolean;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly deletable: boolean;
  readonly undeletable: boolean;
  readonly replicateable: boolean;
  readonly triggerable: boolean;
  readonly searchable: boolean;
  readonly layoutable: boolean;
  readonly mruEnabled: boolean;
  /** Made by an administrator. */
  readonly custom: boolean;
  readonly feedEnabled: boolean;
  /** What it hangs on, for histories and comments. */
  readonly associate: { readonly type: string; readonly parent: string } | null;
  readonly fields: readonly Field[];
  readonly children: readonly ChildRelation[];
}

export interface ChildRelation {
  readonly object: string;
  readonly field: string;
  readonly relationshipName: string;
  readonly cascadeDelete: boolean;
}

const plain: Omit<Field, 'name' | 'label' | 'type'> = {
  length: 0,
  maxBytes: null,
  createable: true,
  updateable: true,
  nillable: true,
  defaultedOnCreate: false,
  defaultValue: null,
  unique: false,
  externalId: false,
  idLookup: false,
  custom: false,
  autoNumber: false,
  nameField: false,
  filterable: true,
  sortable: true,
  groupable: true,
  permissionable: null,
  referenceTo: [],
  relationshipName: null,
  picklist: [],
};

export type Extra = Partial<Omit<Field, 'name' | 'label' | 'type'>>;

export const readOnly: Extra = { createable: false, updateable: false };

export function field(name: string, label: string, type: FieldType, extra: Extra = {}): Field {
  return { ...plain, name, label, type, ...extra };
}

export function text(name: string, label: string, length: number, extra: Extra = {}): Field {
  return field(name, label, 'string', { length, ...extra });
}

/** Long text: it can be neither filtered nor sorted (recording `describe-case-full`, Description). */
export function longText(name: string, label: string, length: number, extra: Extra = {}): Field {
  return field(name, label, 'textarea', { length, filterable: false, sortable: false, groupable: false, ...extra });
}

export function picklist(
  name: string,
  label: string,
  values: readonly string[],
  defaultValue: string | null,
  extra: Extra = {},
): Field {
  return field(name, label, 'picklist', {
    length: 40,
    picklist: values,
    defaultValue,
    defaultedOnCreate: defaultValue !== null,
    ...extra,
  });
}

export function reference(name: string, label: string, to: readonly string[], extra: Extra = {}): Field {
  const relationshipName = name.replace(/Id$/, '');
  return field(name, label, 'reference', { length: 18, referenceTo: to, relationshipName, ...extra });
}

export function flag(name: string, label: string, extra: Extra = {}): Field {
  return field(name, label, 'boolean', { nillable: false, defaultedOnCreate: true, defaultValue: false, ...extra });
}

export function moment(name: string, label: string, extra: Extra = {}): Field {
  return field(name, label, 'datetime', { groupable: false, ...extra });
}

const system: Extra = { ...readOnly, nillable: false, defaultedOnCreate: true };

/** `Id`, labelled after the object as describe does it (`Case ID`). */
export function idField(label: string): Field {
  return field('Id', label, 'id', { ...system, length: 18, idLookup: true });
}

/** The audit fields that almost every object has. */
export function auditFields(): readonly Field[] {
  return [
    moment('CreatedDate', 'Created Date', system),
    reference('CreatedById', 'Created By ID', ['User'], system),
    moment('LastModifiedDate', 'Last Modified Date', system),
    reference('LastModifiedById', 'Last Modified By ID', ['User'], system),
    moment('SystemModstamp', 'System Modstamp', system),
  ];
}

export const isDeleted: Field = flag('IsDeleted', 'Deleted', system);

type SpecInput = Pick<ObjectSpec, 'name' | 'label' | 'keyPrefix' | 'fields'> & Partial<ObjectSpec>;

export function object(spec: SpecInput): ObjectSpec {
  return {
    labelPlural: `${spec.label}s`,
    showsPrefix: true,
    createable: true,
    updateable: true,
    deletable: true,
    undeletable: true,
    replicateable: true,
    triggerable: spec.createable ?? true,
    searchable: true,
    layoutable: true,
    mruEnabled: false,
    custom: false,
    feedEnabled: false,
    associate: null,
    children: [],
    ...spec,
  };
}
