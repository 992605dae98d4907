import type { PairRules } from '../../core/rules.ts';
import { bothSides } from '../../core/side.ts';
import type { CasebridgeConfig, FieldConfig, PairConfig } from '../../mapping/define-config.ts';
import { fieldLabel } from '../../observability/words.ts';
import type { MappedField, MappedPair, Mapping } from '../schemas/pairs.ts';

/** The mapping in force, as data. What is code in it is named and left out. */
export function mappingView(config: CasebridgeConfig, rules: readonly PairRules[], file: string): Mapping {
  const { data, code } = asData(config);
  return {
    file,
    pairs: config.pairs.map((pair) =>
      pairView(
        pair,
        rules.find((one) => one.name === pair.name),
      ),
    ),
    config: data,
    editable: !code,
  };
}

function pairView(pair: PairConfig, rules: PairRules | undefined): MappedPair {
  const { name, servicenow, salesforce, fields, conflict, tieBreak, ...settings } = pair;
  return {
    name,
    objects: { servicenow: servicenow.table, salesforce: salesforce.object },
    conflict: conflict ?? 'latest',
    tieBreak: tieBreak ?? 'servicenow',
    fields: fields.map((field) => fieldView(field, pair, rules)),
    settings: objectOf(asData(settings).data),
  };
}

function fieldView(field: FieldConfig, pair: PairConfig, rules: PairRules | undefined): MappedField {
  const plain = objectOf(asData(field).data);
  const text = (name: string): string => (typeof plain[name] === 'string' ? plain[name] : '');
  const name = text('name') || text('servicenow') || text('salesforce');
  const rule = rules?.fields.find((one) => one.name === name);
  const { kind: _kind, servicenow: _one, salesforce: _other, name: _name, conflict: _conflict, ...settings } = plain;
  return {
    name,
    kind: field.kind,
    servicenow: rule?.fields.servicenow ?? text('servicenow'),
    salesforce: rule?.fields.salesforce ?? text('salesforce'),
    labels: bothSides((side) => fieldLabel(name, side)),
    conflict: rule?.conflict ?? field.conflict ?? pair.conflict ?? 'latest',
    writes: rule?.writes ?? 'both',
    settings,
  };
}

/** A copy without functions, and whether there were any. */
function asData(value: unknown): { readonly data: unknown; readonly code: boolean } {
  let code = false;
  const text = JSON.stringify(value, (_name, part: unknown) => {
    if (typeof part !== 'function') return part;
    code = true;
    return undefined;
  });
  return { data: JSON.parse(text) as unknown, code };
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
