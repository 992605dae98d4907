import type { Channel, FileInfo } from '../children.ts';
import { extensionOf, safeName } from './names.ts';
import type { FileRules } from './rules.ts';

/** Why a file stays at home. Those of a channel are counted and not spoken of; the others leave a comment across. */
export type Withheld = 'channel' | 'too-large' | 'empty' | 'type' | 'blocked' | 'never-scanned';

export type Verdict =
  | { readonly kind: 'carry'; readonly channel: Channel }
  | { readonly kind: 'withhold'; readonly why: Withheld }
  /** Still being scanned: looked at again. */
  | { readonly kind: 'wait' };

/** A scan that takes longer than this is not going to end. */
const longestScanMs = 24 * 60 * 60 * 1000;

/** Whether a file may travel at all, by the rules of its pair. `now`: milliseconds since the epoch. */
export function judge(file: FileInfo, rules: FileRules, now: number): Verdict {
  const channel = rules.channels[file.side][file.channel];
  if (channel === 'withhold') return withhold('channel');
  if (file.state === 'blocked') return withhold('blocked');
  if (!mayTravel(file.name, rules)) return withhold('type');
  if (file.size > rules.maxBytes) return withhold('too-large');
  // What either side makes of no bytes at all is not documented; nothing is lost with them.
  if (file.size === 0) return withhold('empty');
  if (file.state === 'pending')
    return now - Date.parse(file.createdAt) > longestScanMs ? withhold('never-scanned') : { kind: 'wait' };
  return { kind: 'carry', channel };
}

/** Judged by the name it would get across: `virus.exe.` and `virus.exe\u0000` are `.exe` too. */
function mayTravel(name: string, rules: FileRules): boolean {
  const extension = extensionOf(safeName(name));
  if (rules.allow !== null && (extension === null || !rules.allow.includes(extension))) return false;
  return extension === null || !rules.deny.includes(extension);
}

function withhold(why: Withheld): Verdict {
  return { kind: 'withhold', why };
}
