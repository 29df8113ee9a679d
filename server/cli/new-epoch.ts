import { Api } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH, UsageFault } from './command.ts';
import { environmentPath, findProject, listKeys, projectPath } from './find-place.ts';

async function newEpoch(asked: Asked): Promise<Exit> {
  const { environment, all, reason, json } = asked.given;
  if ((environment === undefined) === !all)
    throw new UsageFault('Name one environment with -e, or all of them with --all.');
  const api = await Api.open(asked);
  const project = await findProject(api, asked);
  const environments =
    environment === undefined
      ? await listKeys(api, `${projectPath(project)}/environments`, 'environment')
      : [environment];
  const answers: unknown[] = [];
  for (const key of environments) {
    const options = { body: reason === undefined ? {} : { reason } };
    const { body } = await api.call('POST', `${environmentPath(project, key)}/new-epoch`, options);
    answers.push(body);
    if (!json) asked.shell.print(`${key}: a new epoch has begun, at ${body.position}`);
  }
  if (json) asked.shell.print(JSON.stringify(answers));
  return EXIT.done;
}

export const newEpochCommand: Command = {
  name: 'new-epoch',
  words: [],
  summary: 'Begin a new history after a backup was restored',
  teaching:
    'A restored database is behind what clients have seen. With a new epoch every client takes a whole ruleset, ' +
    'instead of comparing revisions of two histories. Nodes that notice begin one by themselves; a restore procedure ' +
    'does it before they serve. It needs the root token.',
  examples: [
    'turnout new-epoch --all -p shop --reason "restored the backup of 02:00" --key root.token',
    'turnout new-epoch -p shop -e production --key data/first-start',
  ],
  options: ['environment', 'project', 'all', 'reason', ...REACH],
  meanings: { environment: 'The environment. Either this or --all.' },
  run: newEpoch,
};
