import type { Settings } from '../../../config/settings.ts';
import { describeError } from '../../../observability/describe-error.ts';
import type { Output } from '../../output.ts';
import { UsageError } from '../../usage-error.ts';
import type { Choices } from './mapping-file.ts';
import type { Prompt } from './prompt.ts';

export interface ClosingFlags {
  readonly closeCode?: string;
  readonly closeNotes?: string;
}

const usualNotes = 'Closed in Salesforce.';

/** What goes out with a resolve from Salesforce, out of the instance's own choices where they can be read; null for none. */
export async function chooseClosing(
  settings: Settings,
  flags: ClosingFlags,
  prompt: Prompt | null,
  out: Output,
): Promise<Choices['resolve']> {
  const choices = await closeCodes(settings, out);
  const closeCode = flags.closeCode ?? (prompt === null ? '' : await askCode(choices, prompt, out));
  if (closeCode === '') {
    out.note(
      'Without a close code the pair does not start: ServiceNow takes no resolve without one. See `resolve` in docs/mapping.md.',
    );
    return null;
  }
  if (choices !== null && !choices.includes(closeCode)) {
    throw new UsageError(`"${closeCode}" is no close code of this instance; it has: ${choices.join(', ')}.`);
  }
  const asked = flags.closeNotes ?? (await prompt?.ask(`Close notes [${usualNotes}]`)) ?? '';
  return { closeCode, closeNotes: asked === '' ? usualNotes : asked };
}

/** Null where the instance does not show them to us, or cannot be asked yet. */
async function closeCodes(settings: Settings, out: Output): Promise<readonly string[] | null> {
  if (settings.servicenow.auth.kind === 'authorization_code') return null;
  try {
    const { openDoctors } = await import('../../../doctors.ts');
    const { fields } = await openDoctors(settings, null).servicenow.describe('incident');
    return fields.find(({ name }) => name === 'close_code')?.choices ?? null;
  } catch (error) {
    out.note(`The close codes cannot be read: ${error instanceof Error ? describeError(error) : String(error)}`);
    return null;
  }
}

async function askCode(choices: readonly string[] | null, prompt: Prompt, out: Output): Promise<string> {
  if (choices === null)
    return prompt.ask('Close code for incidents that Salesforce closes (a choice of your instance; empty: none yet)');
  for (const [index, choice] of choices.entries()) out.note(`  ${String(index + 1).padStart(2)}  ${choice}`);
  for (let text = 'Close code for incidents that Salesforce closes (number or text; empty: none yet)'; ;) {
    const said = await prompt.ask(text);
    const chosen = choices[Number(said) - 1] ?? (said === '' || choices.includes(said) ? said : null);
    if (chosen !== null) return chosen;
    text = `That is none of them. A number from 1 to ${choices.length}`;
  }
}
