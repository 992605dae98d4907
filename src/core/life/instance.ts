/** What the answer of a desk about itself says, held against what it said first. */
export type InstanceVerdict =
  | { readonly kind: 'same' }
  /** The same one, told more exactly, or under another address: to be kept. */
  | { readonly kind: 'learned'; readonly instance: string }
  | { readonly kind: 'other' };

/**
 * An instance is named by its address, an id, or both with a blank between. Where both sides of the comparison have an id, the id
 * decides: a custom address may change, a clone or a refreshed sandbox keeps it and has another id. Rights decide whether an id can
 * be read, so that one without is no other instance as long as the address is the same.
 */
export function sameInstance(known: string, seen: string): InstanceVerdict {
  if (known === seen) return { kind: 'same' };
  const [a, b] = [partsOf(known), partsOf(seen)];
  if (a.id !== null && b.id !== null) return a.id === b.id ? { kind: 'learned', instance: seen } : { kind: 'other' };
  if (a.address !== b.address) return { kind: 'other' };
  return b.id === null ? { kind: 'same' } : { kind: 'learned', instance: seen };
}

function partsOf(instance: string): { readonly address: string; readonly id: string | null } {
  const [address = '', id = null] = instance.split(' ');
  return { address, id };
}
