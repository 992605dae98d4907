import { groundTruth } from '../../../src/cli/commands/demo/check.ts';
import type { DeskRow } from '../../../src/sandbox/sandbox.ts';
import { type SalesforceSandbox, startSalesforceSandbox } from '../../../src/sandbox/salesforce.ts';
import { type ServiceNowSandbox, startServiceNowSandbox } from '../../../src/sandbox/servicenow.ts';
import { eventually } from '../../support/eventually.ts';

/** Both desks, in the process of the test. */
export interface Desks {
  readonly servicenow: ServiceNowSandbox;
  readonly salesforce: SalesforceSandbox;
}

export const people = { servicenow: 'david.loo', salesforce: 'ada@sandbox.example' } as const;

export async function startDesks(options: { readonly latencyMs?: number } = {}): Promise<Desks> {
  const [servicenow, salesforce] = await Promise.all([
    startServiceNowSandbox(options),
    startSalesforceSandbox(options),
  ]);
  return { servicenow, salesforce };
}

export async function stopDesks(desks: Desks): Promise<void> {
  await Promise.all([desks.servicenow.stop(), desks.salesforce.stop()]);
}

type Parts = Readonly<Record<string, string | null>>;

/** A person at the ServiceNow desk opens an incident. */
export function anIncident({ servicenow }: Desks, title: string, parts: Parts = {}): DeskRow {
  return servicenow.desk.create('incident', { short_description: title, urgency: '2', ...parts }, people.servicenow);
}

/** A person at the Salesforce desk opens a Case. */
export function aCase({ salesforce }: Desks, title: string, parts: Parts = {}): DeskRow {
  const fields = { Subject: title, Status: 'New', Priority: 'Medium', Origin: 'Web', ...parts };
  return salesforce.desk.create('Case', fields, people.salesforce);
}

export function editIncident({ servicenow }: Desks, id: string, parts: Parts): void {
  servicenow.desk.edit('incident', id, parts, people.servicenow);
}

export function editCase({ salesforce }: Desks, id: string, parts: Parts): void {
  salesforce.desk.edit('Case', id, parts, people.salesforce);
}

/** The Case of an incident, by the stamps on both; null while there is none. */
export function caseOf(desks: Desks, incidentId: string): DeskRow | null {
  const stamped = desks.salesforce.desk.find('Case', 'ServiceNow_Id__c', incidentId);
  if (stamped !== null) return stamped;
  const incident = desks.servicenow.desk.row('incident', incidentId);
  if (incident?.fields['correlation_display'] !== 'Salesforce') return null;
  return desks.salesforce.desk.row('Case', String(incident.fields['correlation_id']));
}

/** The incident of a Case; null while there is none. */
export function incidentOf(desks: Desks, caseId: string): DeskRow | null {
  const born = desks.servicenow.desk.find('incident', 'correlation_id', caseId);
  if (born !== null) return born;
  const stamp = desks.salesforce.desk.row('Case', caseId)?.fields['ServiceNow_Id__c'];
  return typeof stamp === 'string' ? desks.servicenow.desk.row('incident', stamp) : null;
}

const status: Readonly<Record<string, readonly string[]>> = {
  1: ['New'],
  2: ['Working', 'Escalated'],
  3: ['Working', 'Escalated'],
  6: ['Closed'],
  7: ['Closed'],
  8: ['Closed'],
};
const priority: Readonly<Record<string, string>> = { 1: 'High', 2: 'Medium', 3: 'Low' };

/** Fields on which a pair differs, told from the desks alone: our own tables have no say in it. */
function differences(incident: DeskRow, twin: DeskRow): readonly string[] {
  const here = (field: string): string => String(incident.fields[field] ?? '');
  const there = (field: string): string => String(twin.fields[field] ?? '');
  return [
    ...(here('short_description') === there('Subject') ? [] : ['title']),
    ...(here('description') === there('Description') ? [] : ['description']),
    ...(status[here('state')]?.includes(there('Status')) === true ? [] : ['status']),
    ...(priority[here('urgency')] === there('Priority') ? [] : ['urgency']),
  ];
}

export interface Truth {
  readonly incidents: number;
  readonly cases: number;
  readonly duplicates: number;
  readonly alone: number;
  /** `INC0010001: title, status` */
  readonly differing: readonly string[];
}

/** What the desks hold, asked without Casebridge. */
export function truthOf(desks: Desks): Truth {
  const differing = desks.servicenow.desk.rows('incident').flatMap((incident) => {
    const twin = caseOf(desks, incident.id);
    const fields = twin === null ? [] : differences(incident, twin);
    return fields.length === 0 ? [] : [`${incident.number}: ${fields.join(', ')}`];
  });
  return { ...groundTruth(desks, []), differing };
}

/** Resolves when every ticket has its one twin and both say the same; fails, with what is wrong, when that does not come. */
export async function inStep(desks: Desks, patienceMs = 25_000): Promise<Truth> {
  return eventually(async () => {
    const truth = truthOf(desks);
    const { duplicates, alone, differing } = truth;
    if (duplicates + alone + differing.length > 0) {
      throw new Error(`not in step: ${JSON.stringify({ duplicates, alone, differing: differing.slice(0, 5) })}`);
    }
    return truth;
  }, patienceMs);
}
