import type { ListedPolicy, PolicyAnswer, PolicyCheckAnswer, PolicyWithVersions } from '../contracts.ts';
import { Api, Refused } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH, type Shell, UsageFault } from './command.ts';
import { findProject, inPath, projectPath } from './find-place.ts';
import { policyFloor } from './policy-floor.ts';
import { type Fault, placeIn, printFaults } from './print-faults.ts';
import type { Made } from './print-flip.ts';
import { readDocument } from './read-document.ts';
import { listAll } from './read-pages.ts';

/** What the verbs need: where policies are, and what was typed after the verb. */
interface At {
  api: Api;
  project: string;
  path: string;
  word: string | undefined;
}

const VERBS: Record<string, (asked: Asked, at: At) => Promise<Exit>> = { check, save, show, list, floor };

async function policy(asked: Asked): Promise<Exit> {
  const [verb = '', word, third] = asked.words;
  const run = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (run === undefined) {
    throw new UsageFault(`turnout policy knows ${Object.keys(VERBS).join(', ')}, and not ${verb}.`);
  }
  const api = await Api.open(asked);
  const project = projectPath(await findProject(api, asked));
  // What means something for one verb alone is no silent nothing for the others.
  if (verb !== 'floor' && (third !== undefined || asked.given.ask)) {
    throw new UsageFault(`turnout policy ${verb} knows no ${third ?? '--ask'}.`);
  }
  return run(asked, { api, project, path: `${project}/policies`, word });
}

async function floor(asked: Asked, at: At): Promise<Exit> {
  return policyFloor(asked, at, (file) => readPolicy(asked, file));
}

async function check(asked: Asked, at: At): Promise<Exit> {
  const file = need(at.word, 'file');
  const body = await checkedBy(at, await readPolicy(asked, file));
  if (asked.given.json) asked.shell.print(JSON.stringify(body));
  else printCheck(asked.shell, file, body);
  return body.ok ? EXIT.done : EXIT.refused;
}

async function save(asked: Asked, at: At): Promise<Exit> {
  const { given, shell } = asked;
  const file = need(at.word, 'file');
  const yaml = await readPolicy(asked, file);
  // The key stands in the text, and only who reads all of it knows where.
  const { document, ...tried } = await checkedBy(at, yaml);
  if (document === null) {
    if (given.json) shell.print(JSON.stringify({ document, ...tried }));
    else printFaults(shell, file, tried.faults);
    return EXIT.refused;
  }
  const accept = given['accept-too-few-units'] ? { acceptTooFewUnits: true } : {};
  const body = { yaml, ...accept, ...(given.reason === undefined ? {} : { reason: given.reason }) };
  try {
    const saved = await at.api.call<{ policy: PolicyAnswer; change?: Made }>(
      'PUT',
      `${at.path}/${inPath(document.key)}`,
      {
        body,
        headers: { 'if-match': '*' },
      },
    );
    const { change, policy: now } = saved.body;
    if (given.json) shell.print(JSON.stringify(saved.body));
    else if (change === undefined) shell.print(`${now.key}: nothing to save. Version ${now.version} says the same.`);
    else shell.print(`${now.key}: saved as version ${now.version}, change ${change.id}.`);
    if (!given.json) warnOf(shell, file, tried.remarks);
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof Refused) || !Array.isArray(error.body.errors) || given.json) throw error;
    printFaults(shell, file, error.body.errors as Fault[]);
    return EXIT.refused;
  }
}

async function show({ given, shell }: Asked, at: At): Promise<Exit> {
  const key = need(at.word, 'key');
  const version = given.version === undefined ? '' : `/versions/${inPath(given.version)}`;
  const { body } = await at.api.call<PolicyAnswer | PolicyWithVersions>('GET', `${at.path}/${inPath(key)}${version}`);
  if (given.json) shell.print(JSON.stringify(body));
  else if (given.yaml) shell.print(body.yaml.trimEnd());
  else printPolicy(shell, body);
  return EXIT.done;
}

async function list({ given, shell }: Asked, { api, path }: At): Promise<Exit> {
  const policies = await listAll<ListedPolicy>(api, `${path}?archived=${given.all ? 'any' : 'false'}`);
  if (given.json) for (const one of policies) shell.print(JSON.stringify(one));
  else {
    const width = Math.max(0, ...policies.map(({ key }) => key.length));
    for (const one of policies) {
      const way = one.path.map(({ environment, stages }) => `${environment} (${stages})`).join(' → ');
      shell.print(`${one.key.padEnd(width)}  version ${one.version}${one.archived ? ', archived' : ''}  ${way}`);
    }
  }
  return EXIT.done;
}

async function checkedBy({ api, path }: At, yaml: string): Promise<PolicyCheckAnswer> {
  return (await api.call<PolicyCheckAnswer>('POST', `${path}/check`, { body: { yaml } })).body;
}

async function readPolicy({ shell }: Asked, file: string): Promise<string> {
  try {
    return file === '-' ? await shell.readInput() : readDocument(file);
  } catch (error) {
    throw new UsageFault(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function need(word: string | undefined, what: 'file' | 'key'): string {
  if (word === undefined) throw new UsageFault(`Which ${what}? See: turnout policy --help`);
  return word;
}

function printCheck(shell: Shell, file: string, { ok, faults, remarks, foresight, loosens }: PolicyCheckAnswer): void {
  printFaults(shell, file, faults);
  warnOf(shell, file, remarks);
  for (const { path, says } of loosens) shell.print(`Looser than the newest version: ${path}: ${says}`);
  for (const { environment, says } of foresight) shell.print(`${environment}: ${says}`);
  const count = `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`;
  shell.print(ok ? `${file}: nothing is wrong with it.` : `${file}: ${count}.`);
}

/** What is allowed, and may not be what was meant. */
function warnOf(shell: Shell, file: string, remarks: PolicyCheckAnswer['remarks']): void {
  for (const remark of remarks) shell.warn(`${placeIn(file, remark)}: ${remark.path}: ${remark.says}`);
}

function printPolicy(shell: Shell, body: PolicyAnswer | PolicyWithVersions): void {
  const { key, version, newest, archived, document, attachments } = body;
  const state = archived ? ', archived' : version === newest ? '' : `, the newest is ${newest}`;
  shell.print(`${key}: version ${version}${state}`);
  shell.print(`saved ${body.savedAt} by ${whoSaved(body)}${body.reason === null ? '' : `: ${body.reason}`}`);
  for (const { environment, stages } of document.path) {
    const told = stages.map(({ name, audience, exposure, bake }) => {
      const who = [audience, exposure === undefined ? undefined : `${exposure} %`].filter(Boolean).join(' + ');
      return `${name === undefined ? '' : `${name} `}${who} for ${bake}`;
    });
    shell.print(`${environment}: ${told.join(' → ')}`);
  }
  for (const guard of document.guards) shell.print(`guard ${guard.id}: ${guard.kind}, ${guard.mode}, ${guard.onFail}`);
  for (const { id } of document.gates) shell.print(`gate ${id}`);
  for (const { by, value } of attachments) shell.print(`attached to ${by} ${value}`);
  if (!('versions' in body)) return;
  for (const one of body.versions) shell.print(`version ${one.version}: ${one.savedAt} by ${whoSaved(one)}`);
}

function whoSaved({ savedByName, savedBy }: Pick<PolicyAnswer, 'savedBy' | 'savedByName'>): string {
  return savedByName ?? savedBy;
}

export const policyCommand: Command = {
  name: 'policy',
  words: ['<check|save|show|list|floor>', '[file|key|set]', '[file]'],
  summary: 'Say beforehand how a change is rolled out, and what takes it back',
  teaching:
    'check looks at a file without saving it, names each fault with its line, and says what the guards will see; it ends ' +
    'with 1 where something is wrong. save makes a new version, or none where the newest says the same: the key stands in ' +
    'the file. show tells of a policy, list of all. - as the file reads standard input; JSON is read too.\n\n' +
    'floor shows what the project asks of every policy in protected environments, and floor set says it. To ask for less takes ' +
    'a second admin: floor set --ask makes a request of it.\n\n' +
    'Rollouts that are under way keep the version that they were started with.',
  examples: [
    'turnout policy check web-standard.yaml -p shop',
    'turnout policy save web-standard.yaml -p shop --reason "a longer canary"',
    'turnout policy show web-standard -p shop --version 3 --yaml',
    'turnout policy list -p shop --all',
    'turnout policy floor -p shop --yaml',
    'turnout policy floor set floor.yaml -p shop --reason "ten minutes at least"',
  ],
  options: ['project', 'reason', 'accept-too-few-units', 'version', 'yaml', 'all', 'ask', ...REACH],
  meanings: { all: 'Those that are archived, too.' },
  run: policy,
};
