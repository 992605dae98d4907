import type { MappedField, MappedPair } from '../../../schemas/pairs.ts';
import { SideName } from '../../ui/parts.tsx';
import { sideNames } from '../../ui/words.ts';

const kinds: Readonly<Record<string, string>> = {
  text: 'text',
  classes: 'classes of values',
  shown: 'shown only',
  same: 'same value',
};

/** Two columns of fields with the arrow along which each travels, and the rule that decides when both sides changed it. */
export function PairDrawing({ pair }: { readonly pair: MappedPair }) {
  return (
    <section class="card">
      <div class="head">
        <h2>{pair.name}</h2>
        <span class="soft">
          conflicts: {pair.conflict}, ties to {sideNames[pair.tieBreak]}
        </span>
      </div>
      <div class="scroll">
        <table class="drawing">
          <thead>
            <tr>
              <th scope="col">
                <SideName side="servicenow" /> <span class="id">{pair.objects.servicenow}</span>
              </th>
              <th scope="col">
                <span class="unseen">Direction</span>
              </th>
              <th scope="col">
                <SideName side="salesforce" /> <span class="id">{pair.objects.salesforce}</span>
              </th>
              <th scope="col">Kind</th>
              <th scope="col">In a conflict</th>
              <th scope="col">Settings</th>
            </tr>
          </thead>
          <tbody>
            {pair.fields.map((field) => (
              <tr key={field.name}>
                <td>
                  {field.labels.servicenow}
                  <div class="id soft">{field.servicenow}</div>
                </td>
                <td class="arrow">
                  <Arrow writes={field.writes} />
                </td>
                <td>
                  {field.labels.salesforce}
                  <div class="id soft">{field.salesforce}</div>
                </td>
                <td>{kinds[field.kind] ?? field.kind}</td>
                <td>{field.writes === 'both' ? field.conflict : '–'}</td>
                <td>
                  <Settings field={field} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {Object.keys(pair.settings).length > 0 && (
        <details>
          <summary>Everything else about this pair</summary>
          <pre class="value">{JSON.stringify(pair.settings, null, 2)}</pre>
        </details>
      )}
    </section>
  );
}

const names: Readonly<Record<MappedField['writes'], string>> = {
  both: 'both ways',
  servicenow: 'to ServiceNow only',
  salesforce: 'to Salesforce only',
};

/** Heads where values arrive. */
function Arrow({ writes }: { readonly writes: MappedField['writes'] }) {
  return (
    <svg viewBox="0 0 72 16" width="72" height="16" role="img" aria-label={names[writes]}>
      <path d="M8 8H64" class="stroke" />
      {writes !== 'servicenow' && <path d="M58 3l7 5-7 5" class="stroke" />}
      {writes !== 'salesforce' && <path d="M14 3L7 8l7 5" class="stroke" />}
    </svg>
  );
}

/** Classes as a small table of their own; whatever else is set, as it stands in the file. */
function Settings({ field }: { readonly field: MappedField }) {
  const { classes, ...others } = field.settings;
  const rest = Object.entries(others).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return (
    <>
      {Array.isArray(classes) &&
        classes.map((one: unknown, at) => (
          <div key={at}>
            {valuesOf(one, 'servicenow')} <span class="soft">↔</span> {valuesOf(one, 'salesforce')}
          </div>
        ))}
      {rest.length > 0 && <div class="soft">{rest.join(', ')}</div>}
    </>
  );
}

function valuesOf(one: unknown, side: 'servicenow' | 'salesforce'): string {
  if (typeof one !== 'object' || one === null || !(side in one)) return '?';
  const values: unknown = Reflect.get(one, side);
  return Array.isArray(values) ? values.join(', ') : String(values);
}
