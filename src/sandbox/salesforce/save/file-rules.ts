import { refuse } from '../errors.ts';
import type { Org } from '../org/org.ts';
import type { Row } from '../org/table.ts';
import { contentDocument, contentDocumentLink, contentVersion } from '../schema/files.ts';
import { findField } from '../schema/schema.ts';
import type { Value, Values } from '../values.ts';
import type { Actor } from './actor.ts';

/** Fills in what the platform derives from a new version's name and bytes, and makes its document where it is a new file. */
export function beforeFileCreate(org: Org, actor: Actor, values: Values): Values {
  const path = values['PathOnClient'];
  if (path === null || values['VersionData'] === null || org.held(String(values['VersionData'])).size === 0) {
    const missing = path === null ? 'PathOnClient' : 'VersionData';
    throw refuse(400, 'REQUIRED_FIELD_MISSING', `Required fields are missing: [${missing}]`, [missing]);
  }
  const content = org.held(String(values['VersionData']));
  org.blobs.set(String(values['Id']), content);
  const name = String(path).split(/[\\/]/).at(-1) ?? '';
  const extension = name.includes('.') ? (name.split('.').at(-1) ?? '').toLowerCase() : null;
  const document = values['ContentDocumentId'] ?? makeDocument(org, actor);
  const versions = versionsOf(org, document);
  for (const each of versions) org.change(each, { IsLatest: false });
  return {
    ContentDocumentId: document,
    IsLatest: true,
    VersionNumber: String(versions.length + 1),
    Title: values['Title'] ?? name.replace(/\.[^.]*$/, ''),
    FileExtension: extension,
    FileType: extension === null ? 'UNKNOWN' : extension.toUpperCase(),
    ContentSize: content.size,
    Checksum: content.md5,
    VersionData: null,
    Origin: values['Origin'] ?? 'C',
    ContentLocation: values['ContentLocation'] ?? 'S',
    ContentModifiedDate: org.stamp,
    OwnerId: values['OwnerId'] ?? actor.userId,
  };
}

function makeDocument(org: Org, actor: Actor): Value {
  const id = org.nextId(contentDocument);
  const stamps = {
    CreatedDate: org.stamp,
    CreatedById: actor.userId,
    LastModifiedDate: org.stamp,
    LastModifiedById: actor.userId,
  };
  org.insert(
    contentDocument,
    { Id: id, IsDeleted: false, OwnerId: actor.userId, ...stamps, SystemModstamp: org.stamp },
    actor.hideMs,
  );
  return id;
}

function versionsOf(org: Org, document: Value): readonly Row[] {
  const field = findField(contentVersion, 'ContentDocumentId');
  return field === null ? [] : (org.table(contentVersion).find(field, document) ?? []);
}

/** A new file is linked to its owner, and to the record it was published to. */
export function afterFileCreate(org: Org, actor: Actor, version: Row): void {
  afterFileUpdate(org, version);
  if (version.values['VersionNumber'] !== '1') return;
  const document = version.values['ContentDocumentId'] ?? null;
  link(org, actor, document, version.values['OwnerId'] ?? null, 'I');
  const target = version.values['FirstPublishLocationId'] ?? null;
  if (target !== null && target !== version.values['OwnerId']) link(org, actor, document, target, 'V');
}

function link(org: Org, actor: Actor, document: Value, target: Value, shareType: string): void {
  org.insert(
    contentDocumentLink,
    {
      Id: org.nextId(contentDocumentLink),
      ContentDocumentId: document,
      LinkedEntityId: target,
      ShareType: shareType,
      Visibility: 'AllUsers',
      IsDeleted: false,
      SystemModstamp: org.stamp,
    },
    actor.hideMs,
  );
}

/** A document shows its latest version's name and size. */
export function afterFileUpdate(org: Org, row: Row): void {
  if (row.spec.name === 'ContentDocument') {
    const latest = versionsOf(org, row.id).find((each) => each.values['IsLatest'] === true);
    if (latest !== undefined) org.change(latest, { Title: row.values['Title'] ?? null });
    return;
  }
  const document = org.row(String(row.values['ContentDocumentId']));
  if (document === null || row.values['IsLatest'] !== true) return;
  org.change(document, {
    Title: row.values['Title'] ?? null,
    FileType: row.values['FileType'] ?? null,
    FileExtension: row.values['FileExtension'] ?? null,
    ContentSize: row.values['ContentSize'] ?? null,
    LatestPublishedVersionId: row.id,
    LastModifiedDate: org.stamp,
    SystemModstamp: org.stamp,
  });
}
