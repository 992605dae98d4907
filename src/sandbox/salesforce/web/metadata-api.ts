import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { putPermissionSet } from '../org/permission-sets.ts';
import type { Org } from '../org/org.ts';
import { findField, findObject } from '../schema/schema.ts';
import { bytesOf } from './body.ts';
import { sendAnswer } from './reply.ts';
import type { WebParts } from './server.ts';
import { child, type Element, escapeXml, parseXml, textOf, writeXml } from './xml.ts';

/*
 * The Metadata API's SOAP, as far as `doctor --fix` goes: readMetadata and upsertMetadata of CustomField and PermissionSet. No
 * recording of an org backs the envelopes: they follow the Metadata API guide (UpsertResult, ReadResult) and what clients of it
 * keep in their tests; a component that is not there is `<records xsi:nil="true"/>`, a fault an HTTP 500.
 */

/** The answer's body, or a fault. */
type Answer = { readonly body: string } | { readonly fault: string; readonly words: string };

export function metadataApi(app: FastifyInstance, parts: WebParts): void {
  app.post('/services/Soap/m/:version', (request, reply) => {
    const envelope = parseXml(bytesOf(request).toString());
    return sendSoap(request, reply, envelope === null ? unreadable : answer(parts, envelope));
  });
}

const unreadable: Answer = { fault: 'UNKNOWN_EXCEPTION', words: 'the message could not be read' };

function answer(parts: WebParts, envelope: Element): Answer {
  const session = parts.sessions.use(textOf(child(child(envelope, 'Header'), 'SessionHeader'), 'sessionId'));
  if (session === null) return { fault: 'INVALID_SESSION_ID', words: 'Invalid Session ID found in SessionHeader' };
  const { org } = parts;
  if (session.userId === org.known.integrationUser && !org.settings.integrationMayChangeSetUp) {
    const words = 'use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata permissions';
    return { fault: 'INSUFFICIENT_ACCESS', words };
  }
  const [call] = child(envelope, 'Body')?.children ?? [];
  if (call?.name === 'readMetadata') {
    const type = textOf(call, 'type');
    const names = call.children.filter(({ name }) => name === 'fullNames').map(({ text }) => text);
    return wrap(call.name, `<result>${names.map((name) => read(org, type, name)).join('')}</result>`);
  }
  if (call?.name !== 'upsertMetadata') return unreadable;
  const results = call.children.filter(({ name }) => name === 'metadata').map((one) => upsert(org, one));
  return wrap(call.name, results.join(''));
}

const wrap = (call: string, body: string): Answer => ({ body: `<${call}Response>${body}</${call}Response>` });

function read(org: Org, type: string, fullName: string): string {
  const found = type === 'CustomField' ? readField(org, fullName) : readSet(org, fullName);
  if (found === null) return '<records xsi:nil="true"/>';
  return `<records xsi:type="${type}"><fullName>${escapeXml(fullName)}</fullName>${found}</records>`;
}

const readSet = (org: Org, name: string): string | null => org.setUp.permissionSets.get(name)?.xml ?? null;

function readField(org: Org, fullName: string): string | null {
  const [object = '', name = ''] = fullName.split('.');
  const spec = findObject(object);
  const field = spec === null ? null : findField(spec, name);
  if (field === null || !field.custom || !org.setUp.hasField(object, field.name)) return null;
  const { label, length, unique, externalId } = field;
  return `<externalId>${externalId}</externalId><label>${escapeXml(label)}</label><length>${length}</length><type>Text</type><unique>${unique}</unique>`;
}

function upsert(org: Org, given: Element): string {
  const fullName = textOf(given, 'fullName');
  const created = given.type === 'CustomField' ? upsertField(org, fullName, given) : upsertSet(org, fullName, given);
  const outcome =
    typeof created === 'boolean'
      ? `<created>${created}</created><fullName>${escapeXml(fullName)}</fullName><success>true</success>`
      : `<created>false</created><errors><message>${escapeXml(created.refused)}</message><statusCode>FIELD_INTEGRITY_EXCEPTION</statusCode></errors><fullName>${escapeXml(fullName)}</fullName><success>false</success>`;
  return `<result>${outcome}</result>`;
}

/** Only fields that this org knows the shape of can be made. Nobody sees a new field until a permission set says so. */
function upsertField(org: Org, fullName: string, given: Element): boolean | { readonly refused: string } {
  const [object = '', name = ''] = fullName.split('.');
  const spec = findObject(object);
  const field = spec === null ? null : findField(spec, name);
  if (field === null || !field.custom) return { refused: `this sandbox cannot make ${fullName}` };
  const fits =
    textOf(given, 'type') === 'Text' &&
    Number(textOf(given, 'length')) === field.length &&
    (textOf(given, 'unique') === 'true') === field.unique &&
    (textOf(given, 'externalId') === 'true') === field.externalId;
  if (!fits) return { refused: `this sandbox makes ${fullName} as Text(${field.length}) alone` };
  if (org.setUp.hasField(object, field.name)) return false;
  org.setUp.addField(object, field.name);
  org.rights.hideField(object, field.name);
  return true;
}

function upsertSet(org: Org, name: string, given: Element): boolean {
  const flagged = (one: Element, flag: string): boolean => textOf(one, flag) === 'true';
  const parts = (wanted: string): readonly Element[] => given.children.filter((one) => one.name === wanted);
  return putPermissionSet(org, name, {
    label: textOf(given, 'label'),
    objects: parts('objectPermissions').map((one) => ({
      object: textOf(one, 'object'),
      read: flagged(one, 'allowRead'),
      write: flagged(one, 'allowCreate') && flagged(one, 'allowEdit'),
    })),
    fields: parts('fieldPermissions').map((one) => ({
      field: textOf(one, 'field'),
      readable: flagged(one, 'readable'),
      editable: flagged(one, 'editable'),
    })),
    xml: given.children
      .filter((one) => one.name !== 'fullName' && (one.text !== '' || one.children.length > 0))
      .map(writeXml)
      .join(''),
  });
}

const head =
  '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="http://soap.sforce.com/2006/04/metadata" xmlns:sf="http://soap.sforce.com/2006/04/metadata" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>';
const foot = '</soapenv:Body></soapenv:Envelope>';

function sendSoap(request: FastifyRequest, reply: FastifyReply, given: Answer): FastifyReply {
  const isFault = 'fault' in given;
  const body = isFault
    ? `<soapenv:Fault><faultcode>sf:${given.fault}</faultcode><faultstring>${given.fault}: ${escapeXml(given.words)}</faultstring></soapenv:Fault>`
    : given.body;
  return sendAnswer(request, reply, {
    status: isFault ? 500 : 200,
    body: `${head}${body}${foot}`,
    type: 'text/xml;charset=UTF-8',
  });
}
