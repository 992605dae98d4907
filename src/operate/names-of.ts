import type { Side } from '../core/side.ts';

interface Named<P extends string | null> {
  readonly pair: P;
  readonly ids: Readonly<Record<Side, string | null>>;
  readonly numbers: Readonly<Record<Side, string | null>>;
}

/** Both records of a pair by id and number, as every resource of the API and every line of `--json` names them. */
export function namesOf<P extends string | null>({ pair, ids, numbers }: Named<P>) {
  return {
    pair,
    servicenowId: ids.servicenow,
    salesforceId: ids.salesforce,
    servicenowNumber: numbers.servicenow,
    salesforceNumber: numbers.salesforce,
  };
}

/** Where there is no link to name them by. */
export const unnamed: Named<null> = {
  pair: null,
  ids: { servicenow: null, salesforce: null },
  numbers: { servicenow: null, salesforce: null },
};
