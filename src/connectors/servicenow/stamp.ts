/** What `correlation_display` says on the records that carry our stamp. */
export const stampOwner = 'Salesforce';

/** The stamp written on an incident created from a Case. */
export function stampFields(partnerId: string): Readonly<Record<string, string>> {
  return { correlation_id: partnerId, correlation_display: stampOwner };
}

/** The stamp a record carries: `taken` when the field holds something that is not ours, such as a monitoring tool's key. */
export function readStamp(id: string | null, display: string | null): { partnerId: string | null; taken: boolean } {
  const partnerId = id !== null && display === stampOwner ? longSalesforceId(id) : null;
  return { partnerId, taken: id !== null && partnerId === null };
}

const suffixLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/** A Salesforce id as its 18 characters; null if it is none. The last three say which of the first fifteen are capitals. */
export function longSalesforceId(id: string): string | null {
  if (!/^[a-zA-Z0-9]{15}([a-zA-Z0-9]{3})?$/.test(id)) return null;
  const short = id.slice(0, 15);
  const suffix = [0, 5, 10]
    .map((start) =>
      [...short.slice(start, start + 5)].reduce((bits, letter, at) => bits | (/[A-Z]/.test(letter) ? 1 << at : 0), 0),
    )
    .map((bits) => suffixLetters.charAt(bits))
    .join('');
  return id.length === 15 || id.slice(15).toUpperCase() === suffix ? short + suffix : null;
}
