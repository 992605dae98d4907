import { contentOf, isContent } from '../content.ts';
import type { Desk, HeldFile } from '../sandbox.ts';
import type { Org } from './org/org.ts';
import type { Row } from './org/table.ts';
import type { Actor } from './save/actor.ts';
import { createRow, deleteRow } from './save/save.ts';
import { contentDocumentLink, contentVersion } from './schema/files.ts';
import { findField } from './schema/schema.ts';

/** Files of a case at the desk, without HTTP. */
export function filesAt(org: Org, actorOf: (by: string) => Actor): Pick<Desk, 'attach' | 'files' | 'detach'> {
  const linksOn = (id: string): readonly Row[] => {
    const field = findField(contentDocumentLink, 'LinkedEntityId');
    const links = field === null ? [] : (org.table(contentDocumentLink).find(field, id) ?? []);
    return links.filter((link) => link.values['IsDeleted'] !== true);
  };
  return {
    attach: (_object, id, file, by) => {
      const content = isContent(file.content) ? file.content : contentOf(file.content);
      const shared = file.shared ?? true;
      const version = createRow(org, actorOf(by), contentVersion, {
        PathOnClient: file.name,
        VersionData: org.hold(content),
        ...(shared ? { FirstPublishLocationId: id } : {}),
      });
      const document = String(version.values['ContentDocumentId']);
      if (!shared) {
        createRow(org, actorOf(by), contentDocumentLink, {
          ContentDocumentId: document,
          LinkedEntityId: id,
          ShareType: 'V',
          Visibility: 'InternalUsers',
        });
      }
      return document;
    },
    files: (_object, id) => linksOn(id).map((link) => heldFile(org, link)),
    detach: (_object, id, fileId, by) => {
      for (const link of linksOn(id)) {
        if (link.values['ContentDocumentId'] === fileId) deleteRow(org, actorOf(by), link);
      }
    },
  };
}

function heldFile(org: Org, link: Row): HeldFile {
  const document = org.row(String(link.values['ContentDocumentId']));
  const version = org.row(String(document?.values['LatestPublishedVersionId']));
  const content = org.blobs.get(version?.id ?? '') ?? contentOf(Buffer.alloc(0));
  const extension = document?.values['FileExtension'] ?? null;
  return {
    id: document?.id ?? '',
    name: `${String(document?.values['Title'])}${extension === null ? '' : `.${String(extension)}`}`,
    size: content.size,
    hash: content.sha256,
    by: String(version?.values['CreatedById']),
    mark: String(link.values['Visibility']),
    bytes: () => content.bytes(),
  };
}
