import { type Group, type OptionName, isSecret, optionNames, optionOf } from './options.ts';

const groups: readonly Group[] = ['ServiceNow', 'Salesforce', 'Service', 'Database', 'Logs', 'Watching'];

function namesOf(group: Group): readonly OptionName[] {
  return optionNames.filter((name) => optionOf(name).group === group);
}

/** The text of `.env.example`: every setting with its comment, switched on only where it must be filled in. */
export function envExample(): string {
  const blocks = groups.map((group) => [`## ${group}`, ...namesOf(group).map(envEntry)].join('\n\n'));
  return `# Copy to .env and fill in. Every secret may also come from a file: NAME_FILE=/run/secrets/name.\n\n${blocks.join('\n\n')}\n`;
}

function envEntry(name: OptionName): string {
  const option = optionOf(name);
  const lines = wrap(option.doc, 110);
  if (option.kind.type === 'choice') lines.push(`One of: ${option.kind.choices.join(', ')}.`);
  if (option.needed !== undefined)
    lines.push(option.needed === 'always' ? 'Required.' : `Required when ${option.needed}.`);
  const value = option.default ?? option.example ?? '';
  const entry = `${name}=${/[\s#*]/.test(value) ? `"${value}"` : value}`;
  return [...lines.map((line) => `# ${line}`), isFilledIn(name) ? entry : `# ${entry}`].join('\n');
}

/** True for what everybody has to fill in, with the ways to log in that the example shows. */
function isFilledIn(name: OptionName): boolean {
  const { needed: when } = optionOf(name);
  const [other, value] = when?.split(' is ') ?? [];
  const shown = optionNames.find((candidate) => candidate === other);
  return when === 'always' || (shown !== undefined && optionOf(shown).example === value);
}

/** The table of settings in Markdown, for the manual. */
export function settingsTable(): string {
  return groups
    .map((group) => {
      const rows = namesOf(group).map((name) => {
        const option = optionOf(name);
        const cells = [
          `\`${name}\``,
          meaning(name),
          option.default === undefined ? '' : `\`${option.default}\``,
          needed(name),
        ];
        return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
      });
      return [`### ${group}`, '', '| Name | Meaning | Default | Required |', '|---|---|---|---|', ...rows].join('\n');
    })
    .join('\n\n');
}

function meaning(name: OptionName): string {
  const option = optionOf(name);
  const choices =
    option.kind.type === 'choice' ? ` One of ${option.kind.choices.map((c) => `\`${c}\``).join(', ')}.` : '';
  const range = option.kind.type === 'number' ? ` From ${option.kind.min} to ${option.kind.max}.` : '';
  const secret = isSecret(option) ? ` Secret: also \`${name}_FILE\`.` : '';
  return `${option.doc}${choices}${range}${secret}`;
}

function needed(name: OptionName): string {
  const { needed: when } = optionOf(name);
  if (when === undefined) return '';
  return when === 'always' ? 'yes' : `when ${when}`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
