import type { PolicyFloorAnswer, RequestSummary } from '../contracts.ts';
import { type Api, Refused } from './api.ts';
import { type Asked, EXIT, type Exit, UsageFault } from './command.ts';
import { type Fault, printFaults } from './print-faults.ts';
import type { Made } from './print-flip.ts';

/** Where the floor is, and where a second admin is asked: below the project. */
interface At {
  api: Api;
  project: string;
}

/** `turnout policy floor`: what the project asks of every policy. */
export async function policyFloor(asked: Asked, at: At, readFile: (file: string) => Promise<string>): Promise<Exit> {
  const [, verb = 'show', file] = asked.words;
  if (verb === 'show' && file === undefined) return show(asked, at);
  if (verb === 'set' && file !== undefined) return set(asked, at, file, await readFile(file));
  throw new UsageFault('Say turnout policy floor, or turnout policy floor set <file>.');
}

async function show({ given, shell }: Asked, at: At): Promise<Exit> {
  const floor = await read(at);
  if (given.json) shell.print(JSON.stringify(floor));
  else if (given.yaml) shell.print(floor.yaml.trimEnd());
  else if (floor.version === 0) shell.print('There is no floor. Set one: turnout policy floor set <file>');
  else {
    shell.print(`The floor of every policy in protected environments, version ${floor.version}:`);
    shell.print(floor.yaml.trimEnd());
    for (const { policy, faults } of floor.below) {
      shell.print(`${policy} was saved before and asks for less: ${faults.map(({ path }) => path).join(', ')}`);
    }
  }
  return EXIT.done;
}

async function set(asked: Asked, at: At, file: string, yaml: string): Promise<Exit> {
  const { given, shell } = asked;
  const { version } = await read(at);
  const body = { yaml, ...(given.reason === undefined ? {} : { reason: given.reason }) };
  try {
    if (given.ask) return await ask(asked, at, { version, body });
    const path = `${at.project}/policy-floor`;
    // What is replaced is what was there a moment ago, and nothing that somebody saved since.
    const headers = { 'if-match': version === 0 ? '*' : `"v${version}"` };
    const saved = (await at.api.call<PolicyFloorAnswer & { change?: Made }>('PUT', path, { body, headers })).body;
    if (given.json) shell.print(JSON.stringify(saved));
    else if (saved.change === undefined) shell.print(`Nothing to save: version ${saved.version} says the same.`);
    else shell.print(`The floor is saved as version ${saved.version}, change ${saved.change.id}.`);
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof Refused) || given.json) throw error;
    if (error.body.code === 'approval_required') {
      shell.warn(`turnout: ${error.message}`);
      shell.warn(`Ask for it: turnout policy floor set ${file} --ask --reason "why"`);
      return EXIT.refused;
    }
    const faults = Array.isArray(error.body.errors) ? (error.body.errors as Fault[]) : [];
    // A reason that is missing stands in no file.
    if (!faults.some(({ path }) => path !== '/reason')) throw error;
    printFaults(shell, file, faults);
    return EXIT.refused;
  }
}

/** What asks for less takes a second admin: it waits in a request that holds exactly this text. */
async function ask(
  { given, shell }: Asked,
  { api, project }: At,
  { version, body }: { version: number; body: object },
): Promise<Exit> {
  const { reason } = given;
  if (reason === undefined) throw new UsageFault('Whoever approves it reads why: say it with --reason.');
  const item = { method: 'PUT', path: '/policy-floor', body, ...(version === 0 ? {} : { base: version }) };
  const wanted = { title: 'Another floor of all policies', reason, items: [item] };
  const made = (await api.call<{ request: RequestSummary }>('POST', `${project}/requests`, { body: wanted })).body;
  const { id, waits } = made.request;
  if (given.json) shell.print(JSON.stringify(made));
  else {
    shell.print(`Asked for: request ${id}. ${waits ?? ''}`.trimEnd());
    shell.print(`When it is approved: turnout request apply ${id}`);
  }
  return EXIT.done;
}

async function read({ api, project }: At): Promise<PolicyFloorAnswer> {
  return (await api.call<PolicyFloorAnswer>('GET', `${project}/policy-floor`)).body;
}
