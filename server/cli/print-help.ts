import { type Command, OPTIONS } from './command.ts';

const WIDTH = 100;

const ENDINGS = `It ends with
    0  done
    1  the server refused it, or it failed
    2  it was not asked for rightly: a word, an option or a setting is wrong, or no key was found
    3  done, but not everybody acknowledged it
    4  no server could be reached
  130  stopped with ^C before it was done`;

const KEYS = `Keys are never given on the command line, where every process can read them. They are taken from the
file of --key, from standard input with --key -, or from TURNOUT_KEY. On the machine where the demo
runs nothing is needed: its keys in DATA_DIR/demo-keys are found by themselves (DATA_DIR is ./data).`;

/** What `turnout --help` shows. */
export function printOverview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `turnout: feature flags from the command line

  turnout <command> [words] [options]
  turnout <command> --help     what it does, with examples

Commands
${lines.join('\n')}

Try it
  npm start                                     a server with a demo, on this machine
  npx turnout eval new-checkout --user user-1   what does this user get?
  npx turnout kill new-checkout -e production   off, now
  npx turnout restore new-checkout -e production

${KEYS}

${ENDINGS}`;
}

/** What `turnout <command> --help` shows. */
export async function printHelp(command: Command): Promise<string> {
  const { teaching } = command;
  const taught = typeof teaching === 'string' ? teaching : await teaching();
  const rows = command.options.map((name) => {
    const option = OPTIONS[name] as { short?: string; value?: string; meaning: string };
    const value = command.values?.[name] ?? option.value;
    const left = `${option.short ? `-${option.short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`;
    return { left, meaning: command.meanings?.[name] ?? option.meaning };
  });
  const width = Math.max(...rows.map(({ left }) => left.length));
  const options = rows.map(({ left, meaning }) => `  ${left.padEnd(width)}  ${meaning}`);
  const keys = command.options.includes('key') ? `\n\n${KEYS}` : '';
  return `turnout ${[command.name, ...command.words].join(' ')} [options]

${command.summary}.

${taught.split('\n\n').map(wrap).join('\n\n')}

Examples
${command.examples.map((example) => `  ${example}`).join('\n')}

Options
${options.join('\n')}${keys}

${ENDINGS}`;
}

/** Breaks a paragraph between words; one that is a table already is left as it is. */
function wrap(paragraph: string): string {
  if (paragraph.includes('\n')) return paragraph;
  const lines: string[] = [''];
  for (const word of paragraph.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + word.length >= WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}
