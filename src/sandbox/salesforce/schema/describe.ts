import type { Rights } from '../org/rights.ts';
import type { RecordType } from '../org/set-up.ts';
import type { Field, FieldType, ObjectSpec } from './field.ts';

const soapTypes: Record<FieldType, string> = {
  id: 'tns:ID',
  reference: 'tns:ID',
  string: 'xsd:string',
  textarea: 'xsd:string',
  picklist: 'xsd:string',
  email: 'xsd:string',
  phone: 'xsd:string',
  url: 'xsd:string',
  boolean: 'xsd:boolean',
  datetime: 'xsd:dateTime',
  int: 'xsd:int',
  base64: 'xsd:base64Binary',
};

/** A field as describe shows it (recording `describe-case-full`). Rights of the user are part of it. */
function describeField(spec: ObjectSpec, field: Field, rights: Rights, restricted: boolean): Record<string, unknown> {
  const writable = rights.writesObject(spec.name) && rights.writesField(spec.name, field.name);
  const bytes = field.maxBytes ?? (field.type === 'id' || field.type === 'reference' ? field.length : field.length * 3);
  return {
    aggregatable: field.type !== 'boolean' && field.sortable,
    aiPredictionField: false,
    autoNumber: field.autoNumber,
    byteLength: bytes,
    calculated: false,
    calculatedFormula: null,
    cascadeDelete: false,
    caseSensitive: false,
    compoundFieldName: null,
    controllerName: null,
    createable: field.createable && writable,
    custom: field.custom,
    defaultValue: field.type === 'boolean' ? (field.defaultValue ?? false) : field.defaultValue,
    defaultValueFormula: null,
    defaultedOnCreate: field.defaultedOnCreate,
    dependentPicklist: false,
    deprecatedAndHidden: false,
    digits: field.type === 'int' ? 8 : 0,
    displayLocationInDecimal: false,
    encrypted: false,
    externalId: field.externalId,
    extraTypeInfo: field.type === 'textarea' ? 'plaintextarea' : null,
    filterable: field.filterable,
    filteredLookupInfo: null,
    formulaTreatNullNumberAsZero: false,
    groupable: field.groupable,
    highScaleNumber: false,
    htmlFormatted: false,
    idLookup: field.idLookup,
    inlineHelpText: null,
    label: field.label,
    length: field.length,
    mask: null,
    maskType: null,
    name: field.name,
    nameField: field.nameField,
    namePointing: field.referenceTo.length > 1,
    nillable: field.nillable,
    permissionable:
      field.permissionable ?? ((field.nillable || field.type === 'boolean') && (field.createable || field.updateable)),
    picklistValues: field.picklist.map((value) => ({
      active: true,
      defaultValue: value === field.defaultValue,
      label: value,
      validFor: null,
      value,
    })),
    polymorphicForeignKey: field.referenceTo.length > 1,
    precision: 0,
    queryByDistance: false,
    referenceTargetField: null,
    referenceTo: field.referenceTo,
    relationshipName: field.relationshipName,
    relationshipOrder: null,
    restrictedDelete: false,
    restrictedPicklist: restricted,
    scale: 0,
    searchPrefilterable: field.createable && field.referenceTo.length === 1,
    soapType: soapTypes[field.type],
    sortable: field.sortable,
    type: field.type,
    unique: field.unique,
    updateable: field.updateable && writable,
    writeRequiresMasterRead: false,
  };
}

/** An object as describeGlobal shows it (recording `describe-global`). */
export function describeBrief(spec: ObjectSpec, base: string, rights: Rights): Record<string, unknown> {
  const writable = rights.writesObject(spec.name);
  const url = `${base}/sobjects/${spec.name}`;
  return {
    activateable: false,
    associateEntityType: spec.associate?.type ?? null,
    associateParentEntity: spec.associate?.parent ?? null,
    createable: spec.createable && writable,
    custom: spec.custom,
    customSetting: false,
    deepCloneable: false,
    deletable: spec.deletable && writable,
    deprecatedAndHidden: false,
    feedEnabled: spec.feedEnabled,
    hasSubtypes: false,
    isInterface: false,
    isSubtype: false,
    keyPrefix: spec.showsPrefix ? spec.keyPrefix : null,
    label: spec.label,
    labelPlural: spec.labelPlural,
    layoutable: spec.layoutable,
    mergeable: ['Account', 'Contact'].includes(spec.name),
    mruEnabled: spec.mruEnabled,
    name: spec.name,
    queryable: true,
    replicateable: spec.replicateable,
    retrieveable: true,
    searchable: spec.searchable,
    triggerable: spec.triggerable,
    undeletable: spec.undeletable,
    updateable: spec.updateable && writable,
    urls: { rowTemplate: `${url}/{ID}`, describe: `${url}/describe`, sobject: url },
  };
}

/** As recorded (`describe-case-full`): an org without record types of its own shows Master alone. */
function recordTypeInfo(spec: ObjectSpec, base: string, type: RecordType): Record<string, unknown> {
  return {
    active: type.active,
    available: type.active,
    defaultRecordTypeMapping: type.isDefault,
    developerName: type.developerName,
    master: type.developerName === 'Master',
    name: type.name,
    recordTypeId: type.id,
    urls: { layout: `${base}/sobjects/${spec.name}/describe/layouts/${type.id}` },
  };
}

/** An object in full. It is of the user and of the org: lengths, values and rights differ. */
export function describeFull(
  spec: ObjectSpec,
  base: string,
  rights: Rights,
  restricted: ReadonlySet<string>,
  recordTypes: readonly RecordType[],
): Record<string, unknown> {
  const brief = describeBrief(spec, base, rights);
  const { associateEntityType: _entity, associateParentEntity: _parent, ...shared } = brief;
  return {
    actionOverrides: [],
    ...shared,
    childRelationships: spec.children.map((child) => ({
      cascadeDelete: child.cascadeDelete,
      childSObject: child.object,
      deprecatedAndHidden: false,
      field: child.field,
      junctionIdListNames: [],
      junctionReferenceTo: [],
      relationshipName: child.relationshipName,
      restrictedDelete: false,
    })),
    compactLayoutable: true,
    defaultImplementation: null,
    extendedBy: null,
    extendsInterfaces: null,
    fields: spec.fields
      .filter((field) => rights.seesField(spec.name, field.name))
      .map((field) => describeField(spec, field, rights, restricted.has(`${spec.name}.${field.name}`))),
    implementedBy: null,
    implementsInterfaces: null,
    listviewable: null,
    lookupLayoutable: null,
    namedLayoutInfos: [],
    networkScopeFieldName: null,
    recordTypeInfos: [
      ...recordTypes.map((type) => recordTypeInfo(spec, base, type)),
      recordTypeInfo(spec, base, {
        id: '012000000000000AAA',
        developerName: 'Master',
        name: 'Master',
        active: true,
        isDefault: !recordTypes.some((type) => type.isDefault),
      }),
    ],
    searchLayoutable: true,
    supportedScopes: [
      { label: 'All records', name: 'everything' },
      { label: 'My records', name: 'mine' },
    ],
  };
}
