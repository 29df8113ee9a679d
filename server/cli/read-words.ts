import { parseArgs } from 'node:util';
import { type Command, type Given, OPTIONS, type ParseOptions, UsageFault } from './command.ts';

/** Reads what follows the name of a command. Throws a UsageFault that says what would be right. */
export function readWords(command: Command, argv: readonly string[]): { words: string[]; given: Given } {
  const { values, positionals } = parse(command, argv);
  const given = values as Given;
  if (!given.help) checkWords(command, positionals);
  return { words: positionals, given };
}

function parse(command: Command, argv: readonly string[]) {
  const options: ParseOptions = {};
  for (const name of command.options) {
    const { type, short, multiple } = OPTIONS[name] as { type: 'string' | 'boolean'; short?: string; multiple?: true };
    options[name] = { type, ...(short ? { short } : {}), ...(multiple ? { multiple } : {}) };
  }
  try {
    return parseArgs({ args: withValues(command, argv), options, allowPositionals: true, strict: true });
  } catch (error) {
    const told = error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error);
    throw new UsageFault(`${told}. See: turnout ${command.name} --help`);
  }
}

/** An option that may stand alone gets its value there, so that the word after it stays a word. */
function withValues(command: Command, argv: readonly string[]): string[] {
  return argv.flatMap((word, at) => {
    const name = command.options.find((one) => word === `--${one}`);
    const alone = name === undefined ? undefined : (OPTIONS[name] as { alone?: string }).alone;
    const isAlone = alone !== undefined && !isTime(argv[at + 1]);
    return isAlone ? [`${word}=${alone}`] : [word];
  });
}

function isTime(word: string | undefined): boolean {
  return word !== undefined && /^\d+(ms|s)$/.test(word);
}

function checkWords(command: Command, words: readonly string[]): void {
  const needed = command.words.filter((word) => !word.startsWith('['));
  const missing = needed[words.length];
  const usage = `turnout ${[command.name, ...command.words].join(' ')}`;
  if (missing !== undefined) throw new UsageFault(`${missing} is missing: ${usage}`);
  if (words.length > command.words.length) {
    throw new UsageFault(`${words[command.words.length]} is one word too many: ${usage}`);
  }
}
