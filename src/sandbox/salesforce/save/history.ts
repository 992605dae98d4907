import type { Org } from '../org/org.ts';
import type { Row } from '../org/table.ts';
import { caseHistory } from '../schema/case.ts';
import type { Value, Values } from '../values.ts';
import type { Actor } from './actor.ts';

function write(org: Org, actor: Actor, caseId: string, field: string, before: Value, after: Value): void {
  org.insert(
    caseHistory,
    {
      Id: org.nextId(caseHistory),
      IsDeleted: false,
      CaseId: caseId,
      CreatedById: actor.userId,
      CreatedDate: org.stamp,
      Field: field,
      OldValue: before,
      NewValue: after,
    },
    actor.hideMs,
  );
}

/** The first row of every Case's history. */
export function recordCreated(org: Org, actor: Actor, row: Row): void {
  write(org, actor, row.id, 'created', null, null);
}

/**
 * A row per changed tracked field. Long text is noted without its values, and a lookup has two rows, one with names and one with
 * ids (Object Reference, history objects).
 */
export function recordHistory(org: Org, actor: Actor, row: Row, before: Values): void {
  for (const field of row.spec.fields) {
    const old = before[field.name] ?? null;
    const now = row.values[field.name] ?? null;
    if (!org.settings.trackedCaseFields.has(field.name) || old === now) continue;
    if (field.type === 'textarea') {
      write(org, actor, row.id, field.name, null, null);
    } else if (field.type === 'reference') {
      const name = field.relationshipName ?? field.name;
      write(org, actor, row.id, name, nameOf(org, old), nameOf(org, now));
      write(org, actor, row.id, name, old, now);
    } else {
      write(org, actor, row.id, field.name, old, now);
    }
  }
}

function nameOf(org: Org, id: Value): Value {
  const row = id === null ? null : org.row(String(id));
  return row?.values['Name'] ?? null;
}
