import { type BusinessRule, storesCrlf, trimsBlanks } from '../../src/connectors/memory/rules.ts';
import type { Side } from '../../src/core/side.ts';
import type { Lossy } from './script.ts';

/** Rules of a desk's own that run on every save, people's and ours. */
export function rulesOf(side: Side, lossy: readonly Lossy[]): readonly BusinessRule[] {
  const rules: BusinessRule[] = [];
  if (lossy.includes('trims')) {
    rules.push(side === 'servicenow' ? trimsBlanks('short_description', 'description') : trimsBlanks('Subject'));
  }
  if (lossy.includes('crlf') && side === 'servicenow') rules.push(storesCrlf('description'));
  if (lossy.includes('computes urgency') && side === 'servicenow') rules.push(neverLow);
  if (lossy.includes('escalates') && side === 'salesforce') rules.push(escalates);
  return rules;
}

/** ServiceNow cuts what is too long for a field. */
export function limitsOf(side: Side, lossy: readonly Lossy[]): Readonly<Record<string, number>> {
  return lossy.includes('cuts') && side === 'servicenow' ? { description: 100, short_description: 160 } : {};
}

/** Fields whose value a desk may keep otherwise than it was written: by rule name. */
export function bentFields(lossy: readonly Lossy[]): ReadonlySet<string> {
  const bent = new Set<string>();
  if (lossy.includes('computes urgency')) bent.add('urgency');
  if (lossy.includes('escalates')) bent.add('state');
  if (lossy.includes('cuts')) bent.add('description');
  return bent;
}

/** A ticket that is being worked on is never of low urgency here. */
const neverLow: BusinessRule = ({ after }) =>
  after['state'] === '2' && after['urgency'] === '3' ? { ...after, urgency: '2' } : after;

/** A high Case that is being worked on is escalated: another value of the same class. */
const escalates: BusinessRule = ({ after }) =>
  after['Status'] === 'Working' && after['Priority'] === 'High' ? { ...after, Status: 'Escalated' } : after;
