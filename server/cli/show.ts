import { Api } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH } from './command.ts';
import { environmentPath, findProject, inPath, listKeys, projectPath } from './find-place.ts';
import { suggestFlag } from './suggest-flag.ts';

/** A flag in an environment, as far as it is shown. */
interface Configured {
  state: 'on' | 'off';
  killed: boolean;
  archived: boolean;
  serves: string;
  version: number;
}

/** What users get of a flag, in each environment that the key sees or in the one that was named. */
async function show(asked: Asked): Promise<Exit> {
  const { shell, given } = asked;
  const [flag = ''] = asked.words;
  const api = await Api.open(asked);
  const project = await findProject(api, asked);
  const environments =
    given.environment === undefined
      ? await listKeys(api, `${projectPath(project)}/environments`, 'environment')
      : [given.environment];
  const found = await Promise.all(
    environments.map(async (environment) => {
      const path = `${environmentPath(project, environment)}/flags/${inPath(flag)}`;
      const { body } = await api.call<Configured>('GET', path).catch(async (error: unknown) => {
        throw await suggestFlag(api, { project, environment }, flag, error);
      });
      return { environment, body };
    }),
  );
  if (given.json) shell.print(JSON.stringify(found.map(({ body }) => body)));
  else {
    const width = Math.max(...environments.map((key) => key.length));
    for (const { environment, body } of found) shell.print(`${environment.padEnd(width)}  ${describe(body)}`);
  }
  return EXIT.done;
}

function describe({ killed, archived, serves }: Configured): string {
  const marks = [...(killed ? ['KILLED'] : []), ...(archived ? ['archived'] : [])];
  return [...marks, serves].join(', ');
}

export const showCommand: Command = {
  name: 'show',
  words: ['<flag>'],
  summary: 'Say what users get of a flag, environment by environment',
  teaching: 'Reads what is configured. To ask what one user gets, use `turnout eval`.',
  examples: ['turnout show new-checkout', 'turnout show new-checkout -p shop -e production --json'],
  options: ['environment', 'project', ...REACH],
  meanings: { environment: 'Only this environment. Default: all that the key sees.' },
  run: show,
};
