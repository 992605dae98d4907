import { extensionOf } from './names.ts';

/** The common ones: what a browser does with a file follows from it. */
const types: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  eml: 'message/rfc822',
  gif: 'image/gif',
  gz: 'application/gzip',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  json: 'application/json',
  log: 'text/plain',
  mp4: 'video/mp4',
  msg: 'application/vnd.ms-outlook',
  pdf: 'application/pdf',
  png: 'image/png',
  ppt: 'application/vnd.ms-powerpoint',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  rtf: 'application/rtf',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  txt: 'text/plain',
  webp: 'image/webp',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  xml: 'application/xml',
  zip: 'application/zip',
};

const unknown = 'application/octet-stream';

/** The type to upload a file as: what its desk says, or else what its name tells (Salesforce keeps no media types). */
export function mediaType(said: string, name: string): string {
  const type = said.split(/[;\s(]/)[0]?.toLowerCase() ?? '';
  if (/^[\w.+-]+\/[\w.+-]+$/.test(type) && type !== unknown) return type;
  return types[extensionOf(name) ?? ''] ?? unknown;
}
