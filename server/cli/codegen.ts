import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { FlagType, JsonValue } from '@turnout/core';
import { Api } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, UsageFault } from './command.ts';
import { environmentPath, findProject, projectPath } from './find-place.ts';
import { readDocument } from './read-document.ts';
import { readFlagFile } from './read-flag-file.ts';
import { listAll } from './read-pages.ts';
import { hiddenFrom, type TypedFlag, type TypesFor, writeFlagTypes } from './write-flag-types.ts';

const MOST_LINES = 20;
const CLIENTS: readonly TypesFor[] = ['node', 'browser', 'react', 'openfeature', 'openfeature-web'];

/** A flag of a project, as far as its type goes. */
interface FlagOfProject {
  key: string;
  type: FlagType;
  variants: Record<string, JsonValue>;
  name: string;
  description: string;
  archived: boolean;
  clientVisible: boolean;
}

interface FlagInEnvironment {
  key: string;
  offVariant: string | null;
}

/** Writes the types of flags into a file, or looks whether they are there. */
async function codegen(asked: Asked): Promise<Exit> {
  const { given, shell } = asked;
  if (given.check && given.out === undefined) throw new UsageFault('--check needs --out <file>: the file to look at.');
  const client = readClient(given.for);
  const { flags: all, whose } = given.from === undefined ? await readProject(asked) : readFrom(asked, given.from);
  const flags = all.filter((flag) => !hiddenFrom(client, flag));
  const text = writeFlagTypes(flags, whose, client);
  if (given.out === undefined) {
    shell.print(text.trimEnd());
    return EXIT.done;
  }
  // A checkout may have turned the ends of lines, which makes no other file.
  const before = existsSync(given.out) ? readFileSync(given.out, 'utf8').replaceAll('\r\n', '\n') : undefined;
  if (given.check) return check(asked, given.out, before, text, whose);
  if (before !== text) writeFileSync(given.out, text);
  const hidden = all.length - flags.length;
  const leftOut = hidden === 0 ? '' : `; ${hidden} that pages do not get ${hidden === 1 ? 'is' : 'are'} left out`;
  shell.print(`${given.out}: ${flags.length} flags of ${whose}${before === text ? ', as it was' : ''}${leftOut}.`);
  return EXIT.done;
}

function readClient(name = 'node'): TypesFor {
  const client = CLIENTS.find((one) => one === name);
  if (client === undefined) throw new UsageFault(`--for takes ${CLIENTS.join(', ')}; not ${name}.`);
  return client;
}

function check({ shell }: Asked, out: string, before: string | undefined, text: string, whose: string): Exit {
  if (before === text) {
    shell.print(`${out} is what ${whose} makes.`);
    return EXIT.done;
  }
  const lines = before === undefined ? [] : compareLines(before, text);
  shell.warn(`turnout: ${out} ${before === undefined ? 'is not there' : `is not what ${whose} makes`}.`);
  for (const line of lines.slice(0, MOST_LINES)) shell.warn(line);
  if (lines.length > MOST_LINES) shell.warn(`  and ${lines.length - MOST_LINES} lines more`);
  shell.warn('Make it again without --check.');
  return EXIT.refused;
}

/** The lines that one text has and the other has not, `-` before and `+` after. */
function compareLines(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const [inOld, inNow] = [new Set(old), new Set(now)];
  const gone = old.filter((line) => !inNow.has(line)).map((line) => `- ${line}`);
  const come = now.filter((line) => !inOld.has(line)).map((line) => `+ ${line}`);
  return [...gone, ...come];
}

interface Source {
  flags: TypedFlag[];
  whose: string;
}

function readFrom({ given }: Asked, path: string): Source {
  if (given.project !== undefined || given.environment !== undefined) {
    throw new UsageFault('--from reads a file, and asks no server: leave out -p and -e.');
  }
  try {
    // The file's name is not written down: the same flags give the same bytes wherever they lie.
    return { flags: readFlagFile(readDocument(path)), whose: 'an exported file' };
  } catch (error) {
    throw new UsageFault(`--from ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function readProject(asked: Asked): Promise<Source> {
  const api = await Api.open(asked);
  const project = await findProject(api, asked);
  const { environment } = asked.given;
  const found = await listAll<FlagOfProject>(api, `${projectPath(project)}/flags?archived=any`);
  const inPlace =
    environment === undefined
      ? []
      : await listAll<FlagInEnvironment>(api, `${environmentPath(project, environment)}/flags?archived=any`);
  const offVariants = new Map(inPlace.map(({ key, offVariant }) => [key, offVariant]));
  const flags = found.map(({ key, type, variants, name, description, archived, clientVisible }) => {
    const about = [name === key ? '' : name, description].filter((text) => text !== '').join(': ');
    return { key, type, variants, archived, clientVisible, about, offVariant: offVariants.get(key) ?? null };
  });
  return { flags, whose: `the project ${project}` };
}

export const codegenCommand: Command = {
  name: 'codegen',
  words: [],
  summary: 'Write the types of the flags and their coded defaults, for an app in TypeScript',
  teaching:
    'The file has a type `Flags`, for `new Turnout<Flags>(…)`: a key that does not exist, or one that is asked as ' +
    'another type, no longer compiles. It also has `coded`, a default for each flag: its off variant where -e names ' +
    'the environment to look in, else its variant named off, else false or the first variant by name. ' +
    'Archived flags are marked deprecated.\n\n' +
    '--for says who is to know them: node for @turnout/sdk-node, browser for @turnout/sdk-browser, react for its ' +
    'hooks too, openfeature for the SDKs of OpenFeature, openfeature-web for those of pages. Of flags that pages get ' +
    'no value of, a file for pages has none. Hooks and OpenFeature are handed nothing: once the file is part of the ' +
    'program, they take no other keys. For OpenFeature that needs skipLibCheck, which tsc --init writes.\n\n' +
    'A string flag is one of its variants, unless one is longer than 100 characters; an object flag is a union of the ' +
    'shapes of its variants. The same flags give the same bytes, so the file belongs into the repository of the app, ' +
    'and --check into its continuous integration: it writes nothing, and ends with 1 where the file is another.',
  examples: [
    'turnout codegen -p shop --out flags.ts',
    'turnout codegen -p shop -e production --out flags.ts --check',
    'turnout codegen --from flags.json --out flags.ts',
    'turnout codegen -p shop --for browser --out src/flags.ts',
    'turnout codegen -p shop --for openfeature-web --out src/flags.ts',
  ],
  options: ['for', 'out', 'from', 'check', 'project', 'environment', 'url', 'key', 'help'],
  meanings: { environment: 'Take the off variants of this environment for coded defaults.' },
  run: codegen,
};
