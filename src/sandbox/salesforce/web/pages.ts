import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { personAt } from '../desk.ts';
import { ApiError } from '../errors.ts';
import type { Org } from '../org/org.ts';
import type { Row } from '../org/table.ts';
import { createRow, rowForWrite, updateRow } from '../save/save.ts';
import { caseComment, caseObject } from '../schema/case.ts';
import { contentDocumentLink, contentVersion } from '../schema/files.ts';
import { user } from '../schema/people.ts';
import { findField } from '../schema/schema.ts';
import { bytesOf, readBody } from './body.ts';
import { html, page, send } from './html.ts';
import type { Html } from './html.ts';
import type { WebParts } from './server.ts';

/** The desk as people see it: a list of cases, and a case with its comments and files. */
export function pageRoutes(app: FastifyInstance, parts: WebParts): void {
  const { org } = parts;
  app.get<{ Querystring: { q?: string } }>('/', (request, reply) => send(reply, list(org, request.query.q ?? '')));
  app.get<{ Params: { id: string } }>('/cases/:id', (request, reply) => show(org, reply, request.params.id, null));
  const onCase = (path: string, act: (row: Row, form: URLSearchParams) => void): void => {
    app.post<{ Params: { id: string } }>(path, (request, reply) => {
      const form = new URLSearchParams(bytesOf(request).toString());
      return attempt(org, reply, request.params.id, (row) => act(row, form));
    });
  };
  onCase('/cases/:id/edit', (row, form) => {
    const fields = Object.fromEntries([...form].filter(([name]) => name !== 'by'));
    updateRow(org, personAt(org, form.get('by') ?? ''), row, fields);
  });
  onCase('/cases/:id/comments', (row, form) => {
    const comment = { ParentId: row.id, CommentBody: form.get('body'), IsPublished: form.get('published') !== null };
    createRow(org, personAt(org, form.get('by') ?? ''), caseComment, comment);
  });
  app.post<{ Params: { id: string } }>('/cases/:id/files', (request, reply) =>
    attach(org, request, reply, request.params.id),
  );
  app.get<{ Params: { version: string } }>('/files/:version', (request, reply) => {
    const row = org.row(request.params.version);
    const content = row === null ? undefined : org.blobs.get(row.id);
    if (row === null || content === undefined)
      return send(reply.code(404), page('Not here', html`<p>There is no such file.</p>`));
    // Always as a download: what somebody attached must not run as a page of this site.
    const name = encodeURIComponent(String(row.values['PathOnClient'] ?? 'file').toWellFormed());
    return reply
      .type('application/octet-stream')
      .header('Content-Disposition', `attachment;filename*=UTF-8''${name}`)
      .send(content.stream());
  });
  app.post('/cases', (request, reply) => {
    const form = new URLSearchParams(bytesOf(request).toString());
    const row = createRow(org, personAt(org, form.get('by') ?? ''), caseObject, {
      Subject: form.get('Subject'),
      Origin: 'Web',
    });
    return reply.redirect(`/cases/${row.id}`, 303);
  });
}

/** Does it and shows the case again; a refusal is shown above the form. */
function attempt(org: Org, reply: FastifyReply, id: string, act: (row: Row) => void): FastifyReply {
  try {
    act(rowForWrite(org, personAt(org, org.known.integrationUser), caseObject, id));
    return reply.redirect(`/cases/${id}`, 303);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return show(org, reply.code(error.status), id, error.message);
  }
}

async function attach(org: Org, request: FastifyRequest, reply: FastifyReply, id: string): Promise<FastifyReply> {
  const read = await readBody(request);
  return attempt(org, reply, id, (row) => {
    const data = read.blobs['file'];
    if (data === undefined) return;
    const path = read.fileNames['file'] ?? 'file';
    const by = personAt(org, read.texts['by'] ?? org.known.integrationUser);
    createRow(org, by, contentVersion, {
      PathOnClient: path,
      VersionData: org.hold(data),
      FirstPublishLocationId: row.id,
    });
  });
}

function nameOf(org: Org, id: unknown): string {
  return String(org.row(String(id))?.values['Name'] ?? '');
}

function list(org: Org, q: string): Html {
  const wanted = q.toLowerCase();
  const rows = [...org.table(caseObject).rows.values()].filter((row) => row.values['IsDeleted'] !== true).reverse();
  const found = rows.filter((row) =>
    `${String(row.values['CaseNumber'])} ${String(row.values['Subject'])}`.toLowerCase().includes(wanted),
  );
  const lines = found.slice(0, 200).map(
    ({ id, values }) =>
      html`<tr>
        <td><a href="/cases/${id}">${values['CaseNumber']}</a></td>
        <td>${values['Subject']}</td>
        <td>${values['Status']}</td>
        <td>${values['Priority']}</td>
        <td>${nameOf(org, values['OwnerId'])}</td>
        <td>${values['ServiceNow_Number__c']}</td>
      </tr>`,
  );
  return page(
    'Cases',
    html`<h1>Cases</h1>
      <form>
        <input type="text" name="q" value="${q}" placeholder="Number or subject" aria-label="Number or subject" />
      </form>
      <form method="post" action="/cases">
        <input type="text" name="Subject" placeholder="Subject of a new case" aria-label="Subject" /> ${people(org)}
        <button>New case</button>
      </form>
      <p><small>${found.length} of ${rows.length}</small></p>
      <table>
        <tr>
          <th>Number</th>
          <th>Subject</th>
          <th>Status</th>
          <th>Priority</th>
          <th>Owner</th>
          <th>ServiceNow</th>
        </tr>
        ${lines}
      </table>`,
  );
}

function people(org: Org): Html {
  const options = [...org.table(user).rows.values()]
    .map((row) => html`<option value="${row.id}">${row.values['Name']}</option>`)
    .reverse();
  return html`<label
    >as
    <select name="by">
      ${options}
    </select></label
  >`;
}

function show(org: Org, reply: FastifyReply, id: string, trouble: string | null): FastifyReply {
  const row = org.row(id);
  if (row === null || row.spec !== caseObject || row.values['IsDeleted'] === true) {
    return send(reply.code(404), page('Not here', html`<p>There is no such case.</p>`));
  }
  const { values } = row;
  return send(
    reply,
    page(
      String(values['CaseNumber']),
      html`<p><a href="/">All cases</a></p>
        <h1>${values['CaseNumber']} ${values['Subject']}</h1>
        ${trouble === null ? null : html`<p role="alert"><b>${trouble}</b></p>`} ${editForm(org, row)}
        <h2>Comments</h2>
        ${comments(org, row.id)}
        <form method="post" action="/cases/${row.id}/comments">
          <label>Comment <textarea name="body" rows="3"></textarea></label>
          <label><input type="checkbox" name="published" /> Published</label>
          ${people(org)} <button>Add</button>
        </form>
        <h2>Files</h2>
        ${files(org, row.id)}
        <form method="post" action="/cases/${row.id}/files" enctype="multipart/form-data">
          <input type="file" name="file" aria-label="File" /> ${people(org)} <button>Attach</button>
        </form>`,
    ),
  );
}

function editForm(org: Org, row: Row): Html {
  const inputs = ['Subject', 'Status', 'Priority', 'Origin', 'Description'].map((name) => {
    const field = findField(caseObject, name);
    const value = row.values[name] ?? '';
    if (field === null) return html``;
    if (field.picklist.length > 0) {
      const choices = ['', ...field.picklist];
      const options = choices.map((each) =>
        each === value ? html`<option selected>${each}</option>` : html`<option>${each}</option>`,
      );
      return html`<label
        >${field.label}
        <select name="${name}">
          ${options}
        </select></label
      >`;
    }
    if (field.type === 'textarea')
      return html`<label>${field.label} <textarea name="${name}" rows="5">${value}</textarea></label>`;
    return html`<label>${field.label} <input type="text" name="${name}" value="${value}" /></label>`;
  });
  return html`<form method="post" action="/cases/${row.id}/edit">
    ${inputs} ${people(org)} <button>Save</button>
    <p>
      <small
        >Owner ${nameOf(org, row.values['OwnerId'])} · changed ${row.values['LastModifiedDate']} by
        ${nameOf(org, row.values['LastModifiedById'])} · ServiceNow ${row.values['ServiceNow_Number__c']}</small
      >
    </p>
  </form>`;
}

function comments(org: Org, id: string): readonly Html[] {
  const field = findField(caseComment, 'ParentId');
  const rows = field === null ? [] : (org.table(caseComment).find(field, id) ?? []);
  return rows
    .filter((row) => row.values['IsDeleted'] !== true)
    .map(
      ({ values }) =>
        html`<div class="note ${values['IsPublished'] === true ? '' : 'private'}">
          <small
            >${nameOf(org, values['CreatedById'])}, ${values['CreatedDate']},
            ${values['IsPublished'] === true ? 'published' : 'internal'}</small
          >
          ${values['CommentBody']}
        </div>`,
    );
}

function files(org: Org, id: string): readonly Html[] {
  const field = findField(contentDocumentLink, 'LinkedEntityId');
  const links = field === null ? [] : (org.table(contentDocumentLink).find(field, id) ?? []);
  return links
    .filter((link) => link.values['IsDeleted'] !== true)
    .map((link) => {
      const document = org.row(String(link.values['ContentDocumentId']));
      const extension = document?.values['FileExtension'] ?? null;
      return html`<p>
        <a href="/files/${document?.values['LatestPublishedVersionId']}"
          >${document?.values['Title']}${extension === null ? '' : `.${String(extension)}`}</a
        >
        <small>${document?.values['ContentSize']} bytes, ${link.values['Visibility']}</small>
      </p>`;
    });
}
