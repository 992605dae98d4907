import { stampFields } from '../../src/connectors/memory/rules.ts';
import { type Side, sides } from '../../src/core/side.ts';
import { objects } from '../model/world.ts';
import { birth, type SimulatedWorld } from './world.ts';

interface Line {
  readonly at: number;
  readonly text: string;
}

/** What happened, in order, for people: who saved what where, who died, what failed. */
export function inWords(world: SimulatedWorld): readonly string[] {
  const lines: Line[] = [...world.diary, ...sides.flatMap((side) => savesOn(world, side))];
  return lines.toSorted((a, b) => a.at - b.at).map(({ at, text }) => `${clockOf(at)}  ${text}`);
}

function clockOf(at: number): string {
  return `${((at - birth) / 1000).toFixed(3).padStart(9)} s`;
}

function savesOn(world: SimulatedWorld, side: Side): readonly Line[] {
  const desk = world.desks[side];
  const ids = new Set([...desk.rows(objects[side]).map((row) => row.id), ...desk.writes().map((write) => write.id)]);
  return [...ids].flatMap((id) =>
    desk.versions(objects[side], id).map((version, index, all) => {
      const before = all[index - 1]?.fields ?? {};
      const changed = Object.entries(version.fields)
        .filter(([name, value]) => (before[name] ?? null) !== value && !(index > 0 && name === stampFields[side]))
        .map(([name, value]) => `${name} = ${shown(value)}`)
        .join(', ');
      const what = index === 0 ? 'opens' : 'saves';
      return { at: version.at, text: `${version.by} ${what} ${short(id)} on ${side}: ${changed || 'nothing new'}` };
    }),
  );
}

/** Ids start with what tells them apart, or end with it. */
function short(id: string): string {
  return id.length > 18 ? id.slice(0, 6) : id.slice(-7, -3);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 30)}…${text.slice(-6)}` : text;
}
