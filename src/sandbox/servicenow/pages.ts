import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { receive } from '../content.ts';
import type { Instance } from './api.ts';
import { settleScans, storeFile } from './attachments.ts';
import type { Row } from './database.ts';
import { formOf } from './oauth-routes.ts';
import { listPage, notFoundPage, ticketPage } from './page-views.ts';
import { Refusal } from './refusal.ts';

/** Who acts through the pages: a person with itil. */
const person = 'beth.anglin';
const ticketTables = ['incident', 'problem', 'change_request', 'sc_req_item', 'sn_customerservice_case'];

interface TicketParams {
  Params: { table: string; id: string };
}

/** The desk in a browser: a list of tickets, one ticket, and what a person does with it. */
export function routePages(app: FastifyInstance, instance: Instance): void {
  const tables = ticketTables.filter((table) => instance.database.schema.table(table) !== undefined);
  app.get<{ Querystring: { table?: string; q?: string } }>('/', (request, reply) => {
    const table = tables.find((each) => each === request.query.table) ?? 'incident';
    const sought = (request.query.q ?? '').toLowerCase();
    const rows = [...instance.database.rows(table)]
      .filter(
        (row) =>
          sought === '' || `${row['number'] ?? ''} ${row['short_description'] ?? ''}`.toLowerCase().includes(sought),
      )
      .sort(latestFirst)
      .slice(0, 200);
    return html(reply, listPage(instance, { table, tables, rows, sought: request.query.q ?? '' }));
  });
  app.get<TicketParams>('/ticket/:table/:id', (request, reply) => showTicket(instance, request, reply, null));
  app.post<TicketParams>('/ticket/:table/:id/edit', (request, reply) =>
    act(instance, request, reply, (row) => {
      instance.records.update(request.params.table, row, Object.fromEntries(formOf(request)), {
        userName: person,
        viaApi: false,
      });
    }),
  );
  app.post<TicketParams>('/ticket/:table/:id/comment', (request, reply) =>
    act(instance, request, reply, (row) => {
      const form = formOf(request);
      const field = form.get('channel') === 'internal' ? 'work_notes' : 'comments';
      instance.records.update(
        request.params.table,
        row,
        { [field]: form.get('text') ?? '' },
        { userName: person, viaApi: false },
      );
    }),
  );
  app.post<TicketParams>('/ticket/:table/:id/attach', async (request, reply) => {
    const file = request.isMultipart() ? await request.file() : undefined;
    const content = file === undefined ? undefined : await receive(file.file);
    return act(instance, request, reply, () => {
      if (file === undefined || content === undefined || file.filename === '') return;
      const { table, id } = request.params;
      storeFile(instance, { table, id, name: file.filename, type: file.mimetype, content, by: person, viaApi: false });
    });
  });
  app.get<{ Params: { id: string } }>('/attachment/:id', (request, reply) => {
    const row = instance.database.get('sys_attachment', request.params.id);
    const content = instance.files.get(request.params.id);
    if (row === null || content === undefined) return html(reply.code(404), notFoundPage());
    // Always as a download: what somebody attached must not run as a page of this site.
    const name = encodeURIComponent(row['file_name'] ?? 'file');
    return reply
      .type('application/octet-stream')
      .header('Content-Disposition', `attachment;filename*=UTF-8''${name}`)
      .send(content.stream());
  });
}

/** Does something to a ticket and shows it again; a refusal is shown in the instance's own words. */
function act(
  instance: Instance,
  request: FastifyRequest<TicketParams>,
  reply: FastifyReply,
  work: (row: Row) => void,
): FastifyReply {
  const { table, id } = request.params;
  const row = instance.database.get(table, id);
  if (row === null) return html(reply.code(404), notFoundPage());
  try {
    work(row);
  } catch (error) {
    if (error instanceof Refusal) return showTicket(instance, request, reply, error.detail ?? error.message);
    throw error;
  }
  return reply.redirect(`/ticket/${encodeURIComponent(table)}/${encodeURIComponent(id)}`, 303);
}

function showTicket(
  instance: Instance,
  request: FastifyRequest<TicketParams>,
  reply: FastifyReply,
  problem: string | null,
): FastifyReply {
  const { table, id } = request.params;
  const row = instance.database.get(table, id);
  if (row === null) return html(reply.code(404), notFoundPage());
  settleScans(instance);
  return html(reply, ticketPage(instance, { table, row, problem, person }));
}

function html(reply: FastifyReply, body: string): FastifyReply {
  return reply
    .header('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
    .type('text/html')
    .send(body);
}

function latestFirst(a: Row, b: Row): number {
  const [x, y] = [a['sys_updated_on'] ?? '', b['sys_updated_on'] ?? ''];
  return x < y ? 1 : x > y ? -1 : 0;
}
