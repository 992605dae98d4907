import type { World } from './world.ts';

/** Longest line of evidence. */
const most = 1500;

/** What our own tables say of a ticket, for whoever looks into a broken promise. `mark` stands in one of its fields. */
export async function evidenceOf(world: World, mark: string): Promise<readonly string[]> {
  const text = mark.replaceAll("'", "''");
  const links = await world.query(
    `SELECT * FROM links WHERE strpos(servicenow_base::text, '${text}') > 0 OR strpos(salesforce_base::text, '${text}') > 0`,
  );
  const found = links[0]?.['id'];
  const id = typeof found === 'string' ? found.replaceAll("'", "''") : '';
  const rest = await Promise.all(
    [
      `SELECT 'pending' AS kind, * FROM pending_writes WHERE link_id = '${id}'`,
      `SELECT 'conflict' AS kind, * FROM conflicts WHERE link_id = '${id}'`,
      `SELECT 'history' AS kind, * FROM history WHERE link_id = '${id}' ORDER BY id DESC LIMIT 8`,
      `SELECT 'quarantine' AS kind, * FROM quarantine WHERE key LIKE '%${id}'`,
    ].map((statement) => world.query(statement)),
  );
  const rows = await Promise.all(
    (['servicenow', 'salesforce'] as const).map(async (side) =>
      (await world.desks[side].rows(side === 'servicenow' ? 'incident' : 'Case')).filter((row) =>
        JSON.stringify(row.fields).includes(mark),
      ),
    ),
  );
  return [...links, ...rest.flat(), ...rows.flat()].map((row) =>
    JSON.stringify(row, (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)).slice(0, most),
  );
}
