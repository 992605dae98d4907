import { refuse } from '../errors.ts';
import { objects } from '../schema/schema.ts';
import { attributes } from '../soql/select.ts';
import { ok } from './message.ts';
import { route } from './router.ts';

/** SOSL in its simplest form, and the list of what the user looked at last. */
export const searchRoutes = [
  route('GET', 'search', ({ org, query, base }) => {
    const term = /^\s*FIND\s*\{([^}]+)\}/i.exec(query.get('q') ?? '')?.[1]?.toLowerCase();
    // Recording `search-400-malformed`.
    if (term === undefined) {
      throw refuse(400, 'MALFORMED_SEARCH', 'No search term found. The search term must be enclosed in braces.');
    }
    const searchRecords = objects
      .filter((spec) => ['Account', 'Case', 'Contact'].includes(spec.name) && org.rights.seesObject(spec.name))
      .flatMap((spec) => [...org.table(spec).rows.values()])
      .filter((row) =>
        ['Name', 'Subject', 'CaseNumber'].some((name) =>
          String(row.values[name] ?? '')
            .toLowerCase()
            .includes(term),
        ),
      )
      .filter((row) => row.values['IsDeleted'] !== true && org.view(row) !== null && org.rights.seesRecord(row.id))
      .map((row) => ({ attributes: attributes(base, row.spec, row.id), Id: row.id }));
    return ok({ searchRecords });
  }),
  route('GET', 'recent', ({ org, base }) => {
    const rows = objects
      .filter((spec) => ['Account', 'Case', 'Contact'].includes(spec.name))
      .flatMap((spec) => [...org.table(spec).rows.values()]);
    return ok(
      rows
        .filter((row) => row.values['IsDeleted'] !== true)
        .slice(-200)
        .map((row) => ({
          attributes: attributes(base, row.spec, row.id),
          Id: row.id,
          Name: row.values['Name'] ?? row.values['CaseNumber'] ?? null,
        })),
    );
  }),
];
