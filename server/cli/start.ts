import { runServer } from '../run-server.ts';
import { listSettings } from '../settings.ts';
import { type Asked, type Command, EXIT, type Exit } from './command.ts';

/** Runs until it is told to end; the process ends with the server's own code. */
async function start({ given, shell }: Asked): Promise<Exit> {
  await runServer(shell.env, given.demo ? ['--demo'] : []);
  return EXIT.done;
}

function settingsTable(): string {
  const rows = listSettings().map(({ name, initial, meaning }) => {
    return `  ${name}${initial === '' ? '' : `=${initial}`}\n      ${meaning}`;
  });
  return `Settings, from the environment:\n${rows.join('\n')}`;
}

export const startCommand: Command = {
  name: 'start',
  words: [],
  summary: 'Start a server',
  teaching:
    'With nothing set it listens on 127.0.0.1:8420, keeps its data in ./data and makes a demo project to play with. ' +
    'DATABASE_URL moves it to a Postgres.\n\n' +
    `${settingsTable()}`,
  examples: ['turnout start', 'DATABASE_URL=postgres://turnout@db/turnout turnout start', 'PORT=9000 turnout start'],
  options: ['demo', 'help'],
  run: start,
};
