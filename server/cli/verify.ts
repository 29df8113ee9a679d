import type { Verification } from '../changes/verify-chain.ts';
import { Api, Unreachable } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH } from './command.ts';
import { API, listKeys, projectPath } from './find-place.ts';

/** What was found, by the name of the chain. */
export type Found = Record<string, Verification>;

async function verify(asked: Asked): Promise<Exit> {
  const found = await (asked.given.direct ? verifyDirectly(asked) : verifyThroughServer(asked));
  const { shell, given } = asked;
  if (given.json) shell.print(JSON.stringify(found));
  else for (const [name, verification] of Object.entries(found)) print(asked, name, verification);
  if (Object.keys(found).length === 0) shell.warn('There is no project yet, so there is nothing to verify.');
  return Object.values(found).every(({ ok }) => ok) ? EXIT.done : EXIT.refused;
}

async function verifyDirectly({ shell, given }: Asked): Promise<Found> {
  // The database's code is loaded only here.
  const { verifyDatabase } = await import('./verify-database.ts');
  return verifyDatabase(shell.env, given.project);
}

async function verifyThroughServer(asked: Asked): Promise<Found> {
  const api = await Api.open(asked);
  const { project } = asked.given;
  try {
    const projects = project === undefined ? await listKeys(api, `${API}/projects`, 'project') : [project];
    const found: Found = {};
    for (const key of projects) {
      found[key] = (await api.call<Verification>('GET', `${projectPath(key)}/changes/verify`)).body;
    }
    return found;
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    throw new Unreachable(error.failures, [
      'Without a server the database itself can be read: turnout verify --direct',
    ]);
  }
}

function print({ shell }: Asked, name: string, { ok, entries, erased, head, faults }: Verification): void {
  const without = erased === 0 ? '' : `, ${erased} of them without their payload`;
  const how = ok ? 'the chain holds' : 'THE CHAIN DOES NOT HOLD';
  shell.print(`${name}: ${how}, ${entries} entries${without}, head ${head.slice(0, 16)}…`);
  for (const fault of faults) shell.print(`  ${fault}`);
}

export const verifyCommand: Command = {
  name: 'verify',
  words: [],
  summary: 'Walk the change log and say whether anything in it was altered',
  teaching:
    'Every change is chained to the one before it by a hash, and every environment to its patches. A changed, missing ' +
    'or cut entry is found and named, and the command ends with 1.\n\n' +
    'It asks a server. With --direct it reads the database, and also walks the installation’s own chain.',
  examples: ['turnout verify', 'turnout verify -p shop --json', 'DATABASE_URL=postgres://… turnout verify --direct'],
  options: ['project', 'direct', ...REACH],
  meanings: { project: 'Only this project. Default: all that the key sees.' },
  run: verify,
};
