import type { Leases, LeaseState } from '../leases.ts';

/** Leases in memory. */
export function createMemoryLeases(): Leases {
  const rows = new Map<string, { holder: string; until: string; state: LeaseState }>();
  return {
    take: async (name, holder, { now, until }) => {
      const row = rows.get(name);
      if (row !== undefined && row.holder !== holder && row.until > now) return null;
      const state = row?.state ?? {};
      rows.set(name, { holder, until, state });
      return state;
    },
    save: async (name, holder, state) => {
      const row = rows.get(name);
      if (row === undefined || row.holder !== holder) return false;
      rows.set(name, { ...row, state: structuredClone(state) });
      return true;
    },
    look: async (name) => rows.get(name)?.state ?? null,
    release: async (name, holder) => {
      const row = rows.get(name);
      if (row?.holder === holder) rows.set(name, { ...row, until: '' });
    },
  };
}
