import { type Side, sides } from './side.ts';

/** Who is whose counterpart, and whose parent: what a rule for parents looks at. */
export interface Family {
  /** The record across of a linked one; null where it has none. */
  across(side: Side, id: string): string | null;
  /** True if `child` would be its own ancestor with `parent` as its parent. */
  circle(side: Side, child: string, parent: string): boolean;
}

export interface FamilyFacts {
  /** Records that have a counterpart of the kind in question, by the side they are on. */
  readonly across: Readonly<Record<Side, readonly (readonly [id: string, across: string])[]>>;
  /** On each side: record → its parent, as far as known. Later entries stand over earlier ones. */
  readonly parents: Readonly<Record<Side, readonly (readonly [child: string, parent: string | null])[]>>;
}

export function createFamily(facts: FamilyFacts): Family {
  const across = new Map(
    sides.flatMap((side) => facts.across[side].map(([id, other]) => [key(side, id), other] as const)),
  );
  const parentOf = new Map(
    sides.flatMap((side) => facts.parents[side].map(([child, parent]) => [key(side, child), parent] as const)),
  );
  return {
    across: (side, id) => across.get(key(side, id)) ?? null,
    circle: (side, child, parent) => {
      const seen = new Set<string>();
      for (let at: string | null = parent; at !== null && at !== '' && !seen.has(key(side, at));) {
        if (key(side, at) === key(side, child)) return true;
        seen.add(key(side, at));
        at = parentOf.get(key(side, at)) ?? null;
      }
      return false;
    },
  };
}

/** ServiceNow ids differ in letter case only by accident; the 18-character form of Salesforce ids does not need theirs. */
function key(side: Side, id: string): string {
  return `${side} ${id.toLowerCase()}`;
}
