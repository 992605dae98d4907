import type { Settings } from '../../../config/settings.ts';
import type { DeskDoctor } from '../../../connectors/desk-doctor.ts';
import { type Check, failed } from './check.ts';
import type { Wanted } from './wanted.ts';

/** What is looked at on one side, and who hears of it. */
export interface DeskTask {
  readonly doctor: DeskDoctor;
  readonly settings: Settings;
  readonly wanted: readonly Wanted[];
  /** Tables and objects where mapped people and teams live. */
  readonly people: readonly string[];
  /** What some pair carries beside fields. */
  readonly carries: { readonly comments: boolean; readonly files: boolean };
  readonly tell: (check: Check) => Promise<void>;
}

/** What a question brought; null where it failed, which is a line of its own. */
export async function attempt<T>({ doctor, tell }: DeskTask, check: string, ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    await tell(failed(doctor.side, check, error));
    return null;
  }
}
