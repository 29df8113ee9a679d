import { type Asked, type Command, EXIT, type Exit } from './command.ts';

async function migrate({ given, shell }: Asked): Promise<Exit> {
  const [{ readConfig }, { openDatabase }] = await Promise.all([
    import('../config.ts'),
    import('../database/connect.ts'),
  ]);
  const database = await openDatabase(readConfig(shell.env, []).database);
  try {
    const applied = await database.migrate();
    if (given.json) shell.print(JSON.stringify({ applied }));
    else if (applied.length === 0) shell.print('The database is up to date.');
    else for (const name of applied) shell.print(`applied ${name}`);
    return EXIT.done;
  } finally {
    await database.close();
  }
}

export const migrateCommand: Command = {
  name: 'migrate',
  words: [],
  summary: 'Bring the database up to date',
  teaching:
    'A server does this by itself at its start. Run it before, where a deployment should fail early: it takes a lock, ' +
    'applies what is missing, each file in its own transaction, and does nothing where nothing is. It reads ' +
    'DATABASE_URL, or DATA_DIR for the embedded database, whose server must be stopped.',
  examples: ['DATABASE_URL=postgres://turnout@db/turnout turnout migrate'],
  options: ['json', 'help'],
  run: migrate,
};
