import { writeFileSync } from 'node:fs';
import { Api } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH, type Shell, UsageFault } from './command.ts';
import { findPlace, projectPath } from './find-place.ts';
import { describeChange, type Made } from './print-flip.ts';
import { readDocument } from './read-document.ts';

/** What the server answers of an import. */
interface Imported {
  flags: { key: string; was?: string; effect: Effect }[];
  segments: { key: string; effect: Effect }[];
  notImported: { flag: string; reason: string }[];
  notes: { flag: string; note: string }[];
  change?: Made;
}
type Effect = 'created' | 'changed' | 'unchanged';

interface Exported {
  document: Record<string, unknown>;
  notExported: { flag: string; reason: string }[];
  notes: { flag: string; note: string }[];
}

async function bring(asked: Asked): Promise<Exit> {
  const { given, shell } = asked;
  const [file = ''] = asked.words;
  const document = await parseDocument(asked, file);
  const query = new URLSearchParams({ format: readFormat(given.format) });
  for (const rename of given.rename ?? []) {
    if (!/^.+=[^=]+$/s.test(rename))
      throw new UsageFault('--rename takes old=new: the key in the file, and the key here.');
    query.append('rename', rename);
  }
  if (given['dry-run']) query.set('dryRun', 'true');
  if (given.reason !== undefined) query.set('reason', given.reason);
  const api = await Api.open(asked);
  const { project, environment } = await findPlace(api, asked);
  query.set('environment', environment);
  const { body } = await api.call<Imported>('POST', `${projectPath(project)}/import?${query}`, { body: document });
  if (given.json) shell.print(JSON.stringify(body));
  else printImport(shell, body, environment, given['dry-run'] === true);
  return EXIT.done;
}

function printImport(shell: Shell, body: Imported, environment: string, isDry: boolean): void {
  const { flags, segments, notImported, notes, change } = body;
  const count = (effect: Effect) => flags.filter((one) => one.effect === effect).length;
  const verb = isDry ? 'would be' : 'were';
  shell.print(
    `${flags.length} of ${flags.length + notImported.length} carried over into ${environment}: ` +
      `${count('created')} flags ${verb} made, ${count('changed')} changed, ${count('unchanged')} are as they should be.`,
  );
  for (const { key, was, effect } of flags) {
    if (effect !== 'unchanged') shell.print(`  ${effect.padEnd(7)}  ${key}${was === undefined ? '' : ` (was ${was})`}`);
  }
  for (const { key, effect } of segments) {
    if (effect !== 'unchanged') shell.print(`  ${effect.padEnd(7)}  segment ${key}`);
  }
  printLeftOut(shell, 'Not imported, for it could not be said exactly:', notImported);
  for (const { flag, note } of notes) shell.print(`Note: ${flag === '' ? '' : `${flag}: `}${note}.`);
  if (change) {
    shell.print(describeChange(change));
  } else if (isDry) shell.print('Nothing was changed: this was a dry run.');
}

function printLeftOut(shell: Shell, title: string, left: readonly { flag: string; reason: string }[]): void {
  if (left.length === 0) return;
  shell.print(title);
  for (const { flag, reason } of left) shell.print(`  ${flag}: ${reason}`);
}

async function take(asked: Asked): Promise<Exit> {
  const { given, shell } = asked;
  const format = readFormat(given.format);
  const api = await Api.open(asked);
  const { project, environment } = await findPlace(api, asked);
  const query = new URLSearchParams({ environment, format });
  const { body } = await api.call<Exported>('GET', `${projectPath(project)}/export?${query}`);
  const text = `${JSON.stringify(given.json ? body : body.document, null, 2)}\n`;
  if (given.out === undefined) shell.print(text.trimEnd());
  else writeFileSync(given.out, text);
  // Beside the document, so that it can be taken from standard output.
  const aside: Shell = { ...shell, print: shell.warn };
  if (!given.json) {
    printLeftOut(aside, `Not exported, for ${format} cannot say it:`, body.notExported);
    for (const { flag, note } of body.notes) aside.print(`Note: ${flag}: ${note}.`);
  }
  if (given.out !== undefined) {
    const count = Object.keys((body.document.flags as object | undefined) ?? {}).length;
    aside.print(`${given.out}: ${count} flags of ${environment}.`);
  }
  return EXIT.done;
}

function readFormat(format = 'flagd'): string {
  if (format === 'flagd' || format === 'turnout') return format;
  throw new UsageFault('--format takes flagd or turnout.');
}

/** The document of a file, or of standard input. Whether it is one is for the server to say. */
async function parseDocument({ shell }: Asked, file: string): Promise<unknown> {
  try {
    return JSON.parse(file === '-' ? await shell.readInput() : readDocument(file));
  } catch (error) {
    throw new UsageFault(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export const transferCommands: Command[] = [
  {
    name: 'import',
    words: ['<file>'],
    summary: 'Take the flags of a flagd file over into an environment',
    teaching:
      'Flags that are not here yet are made in every environment, and are on in this one alone. Those that are here get ' +
      'a new configuration in this environment. All of it is one change; a killed flag stays killed. Every unit keeps ' +
      'the variant that flagd gave it, also under another key.\n\n' +
      'What cannot be carried over exactly is left out whole, and named with the reason. Try it with --dry-run first. ' +
      '- as the file reads standard input.',
    examples: [
      'turnout import flags.flagd.json -p shop -e production --dry-run',
      'turnout import flags.flagd.json -p shop -e production --rename "team/cart=team-cart"',
      'turnout import shop.json -p shop -e production --format turnout',
    ],
    options: ['environment', 'project', 'rename', 'dry-run', 'format', 'reason', ...REACH],
    run: bring,
  },
  {
    name: 'export',
    words: [],
    summary: 'Write the flags of an environment as a flagd file, or as one of our own',
    teaching:
      'The document goes to standard output, and what it cannot say to standard error. The format turnout keeps all that ' +
      'an author wrote, with salts and slices, for another project or another installation; kills, rollouts and keys ' +
      'stay here.',
    examples: [
      'turnout export -p shop -e production > flags.flagd.json',
      'turnout export -p shop -e production --format turnout --out shop.json',
    ],
    options: ['environment', 'project', 'format', 'out', ...REACH],
    run: take,
  },
];
