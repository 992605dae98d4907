/** The two desks. A side is always a parameter, never part of a method's name. */
export type Side = 'servicenow' | 'salesforce';

export const sides: readonly Side[] = ['servicenow', 'salesforce'];

/** The desk across from `side`. */
export function otherSide(side: Side): Side {
  return side === 'servicenow' ? 'salesforce' : 'servicenow';
}

/** Builds a value for each side. */
export function bothSides<T>(make: (side: Side) => T): Record<Side, T> {
  return { servicenow: make('servicenow'), salesforce: make('salesforce') };
}
