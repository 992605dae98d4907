import { withDryRun } from '../connectors/with/dry-run.ts';
import { bothSides } from '../core/side.ts';
import type { Engine } from '../engine/engine.ts';

/** The same engine over desks that refuse every write: for what promises to write nothing. */
export function readOnly(engine: Engine): Engine {
  return { ...engine, systems: bothSides((side) => withDryRun(engine.systems[side])) };
}
