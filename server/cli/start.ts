import { type Asked, type Command, EXIT, type Exit } from './command.ts';

/**
 * Runs until it is told to end; the process ends with the server's own code. The server is loaded here and not above:
 * a kill must not wait for code that it does not need.
 */
async function start({ given, shell }: Asked): Promise<Exit> {
  const { runServer } = await import('../run-server.ts');
  await runServer(shell.env, given.demo ? ['--demo'] : []);
  return EXIT.done;
}

const ABOUT =
  'With nothing set it listens on 127.0.0.1:8420, keeps its data in ./data and makes a demo project to play with. ' +
  'DATABASE_URL moves it to a Postgres.';

async function teach(): Promise<string> {
  const { listSettings } = await import('../settings.ts');
  const rows = listSettings().map(({ name, initial, meaning }) => {
    return `  ${name}${initial === '' ? '' : `=${initial}`}\n      ${meaning}`;
  });
  return `${ABOUT}\n\nSettings, from the environment:\n${rows.join('\n')}`;
}

export const startCommand: Command = {
  name: 'start',
  words: [],
  summary: 'Start a server',
  teaching: teach,
  examples: ['turnout start', 'DATABASE_URL=postgres://turnout@db/turnout turnout start', 'PORT=9000 turnout start'],
  options: ['demo', 'help'],
  run: start,
};
