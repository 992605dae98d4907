import { resolve } from 'node:path';
import { type OptionName, isSecret, optionOf } from '../../../config/options.ts';
import { checkValue } from '../../../config/values.ts';
import { UsageError } from '../../usage-error.ts';
import type { Prompt } from './prompt.ts';
import { type Answers, flagNames, flagOf, flagsOf, isAsked, type Question, questions } from './questions.ts';

/** What the flags say, checked. Throws UsageError with everything that is wrong. */
export function answersOfFlags(given: Answers, folder: string): Map<string, string> {
  const answers = new Map<string, string>();
  const wrong: string[] = [];
  for (const name of flagNames) {
    for (const { flag, setting } of flagsOf(name)) {
      const text = given.get(flag);
      if (text === undefined) continue;
      if (setting !== name) answers.set(setting, resolve(folder, text));
      else {
        const checked = check(name, text);
        if ('wrong' in checked) wrong.push(`${flag} ${checked.wrong}`);
        else answers.set(name, checked.ok);
      }
    }
  }
  if (wrong.length > 0) throw new UsageError(`${wrong.join('; ')}.`);
  return answers;
}

/** Fills in what the flags left open: by asking, or, without a prompt, by what is usual. Throws UsageError for what is missing. */
export async function complete(answers: Map<string, string>, prompt: Prompt | null, folder: string): Promise<Answers> {
  const missing: string[] = [];
  for (const question of questions) {
    if (!isAsked(question, answers) || isAnswered(question.name, answers)) continue;
    if (prompt !== null) await askUntilRight(question, prompt, answers, folder);
    else if (question.usual === undefined)
      missing.push(
        flagsOf(question.name)
          .map(({ flag }) => flag)
          .join(' or '),
      );
    else if (question.usual !== '') answers.set(question.name, question.usual);
  }
  if (missing.length > 0) throw new UsageError(`Still needed: ${missing.join(', ')}.`);
  return answers;
}

function isAnswered(name: OptionName, answers: Answers): boolean {
  return answers.has(name) || answers.has(`${name}_FILE`);
}

async function askUntilRight(
  question: Question,
  prompt: Prompt,
  answers: Map<string, string>,
  folder: string,
): Promise<void> {
  const { name, usual } = question;
  const option = optionOf(name);
  const hidden = isSecret(option) && question.byFile === undefined;
  const choices = option.kind.type === 'choice' ? ` (${option.kind.choices.join(', ')})` : '';
  let text = `${question.prompt}${choices}${usual === undefined || usual === '' ? '' : ` [${usual}]`}`;
  for (;;) {
    const said = (await prompt.ask(text, { hidden })) || (usual ?? '');
    if (said === '' && usual === '') return;
    if (question.byFile === true && said !== '') {
      answers.set(`${name}_FILE`, resolve(folder, said));
      return;
    }
    const checked = said === '' ? ({ wrong: 'is needed' } as const) : check(name, said);
    if ('ok' in checked) {
      answers.set(name, checked.ok);
      return;
    }
    text = `That ${checked.wrong}. ${question.prompt}`;
  }
}

function check(name: OptionName, text: string): ReturnType<typeof checkValue> {
  if (/[\r\n]/.test(text)) return { wrong: `holds more than one line; use ${flagOf(name)}-file` };
  return checkValue(optionOf(name).kind, text.trim());
}
