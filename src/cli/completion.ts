import type { Command } from 'commander';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** One command as a shell completes it. */
interface Node {
  /** Words from the program's name on: `/links/list`; empty for the program itself. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly { readonly flag: string; readonly summary: string }[];
}

/** A script that makes a shell complete every command and option of this program. `runner`: how it is run where it is not installed. */
export function completionScript(shell: Shell, program: Command, runner: string): string {
  const nodes = nodesOf(program, '');
  switch (shell) {
    case 'bash':
      return [...head(runner), ...bashLines(nodes)].join('\n');
    case 'zsh':
      // Of zsh itself: takes completions as they are written for bash.
      return [...head(runner), 'autoload -U +X bashcompinit && bashcompinit', ...bashLines(nodes)].join('\n');
    case 'fish':
      return fishLines(nodes, runner).join('\n');
  }
}

function nodesOf(command: Command, path: string): readonly Node[] {
  const commands = command.commands.map((sub) => ({ name: sub.name(), summary: sub.summary() }));
  const options = [...command.options, null].map((option) =>
    option === null
      ? { flag: '--help', summary: 'examples and exit codes' }
      : { flag: option.long ?? '', summary: option.description },
  );
  const own: Node = { path, commands, options };
  return [own, ...command.commands.flatMap((sub) => nodesOf(sub, `${path}/${sub.name()}`))];
}

function head(runner: string): readonly string[] {
  return [
    '# Where nothing of that name is installed, the project itself answers to it.',
    `command -v casebridge > /dev/null || casebridge() { ${runner} "$@"; }`,
  ];
}

function bashLines(nodes: readonly Node[]): readonly string[] {
  const paths = nodes.map(({ path }) => path).filter((path) => path !== '');
  const words = ({ commands, options }: Node): string =>
    [...commands.map(({ name }) => name), ...options.map(({ flag }) => flag)].join(' ');
  return [
    '_casebridge() {',
    '  local at="" word i',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    '    word="${COMP_WORDS[i]}"',
    '    case "$at/$word" in',
    `      ${paths.join('|')}) at="$at/$word" ;;`,
    '    esac',
    '  done',
    '  case "$at" in',
    ...nodes.map((node) => `    ${node.path === '' ? "''" : node.path}) word='${words(node)}' ;;`),
    '  esac',
    '  COMPREPLY=($(compgen -W "$word" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -o default -F _casebridge casebridge',
  ];
}

function fishLines(nodes: readonly Node[], runner: string): readonly string[] {
  return [
    `type -q casebridge; or function casebridge; ${runner} $argv; end`,
    'complete -c casebridge -f',
    ...nodes.flatMap((node) => {
      const names = node.path.split('/').slice(1);
      const seen = names.map((name) => `__fish_seen_subcommand_from ${name}`);
      const notYet =
        node.commands.length === 0 || names.length === 0
          ? []
          : [`not __fish_seen_subcommand_from ${node.commands.map(({ name }) => name).join(' ')}`];
      const when = `-n '${[...(seen.length === 0 ? ['__fish_use_subcommand'] : seen), ...notYet].join('; and ')}'`;
      return [
        ...node.commands.map(({ name, summary }) => `complete -c casebridge ${when} -a ${name} -d '${plain(summary)}'`),
        ...node.options.map(
          ({ flag, summary }) => `complete -c casebridge ${when} -l ${flag.slice(2)} -d '${plain(summary)}'`,
        ),
      ];
    }),
  ];
}

/** As it can stand between single quotes in fish. */
function plain(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
}
