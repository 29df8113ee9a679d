import { existsSync } from 'node:fs';
import { type Asked, type Command, EXIT, type Exit, UsageFault } from './command.ts';

async function recover({ words, given, shell }: Asked): Promise<Exit> {
  const [what, login] = words;
  if (what !== 'recover') throw new UsageFault(`turnout admin knows recover, and not ${what}.`);
  // The server's parts are loaded here and not above: a kill must not wait for code that it does not need.
  const [{ readConfig }, { openDatabase }] = await Promise.all([
    import('../config.ts'),
    import('../database/connect.ts'),
  ]);
  const config = readConfig(shell.env, []);
  const address = config.database;
  if ('folder' in address && !existsSync(address.folder)) {
    throw new UsageFault(`There is no database in ${address.folder}: set DATA_DIR or DATABASE_URL.`);
  }
  const database = await openDatabase(address);
  try {
    const [{ recoverAdmin }, wanted, parts] = await Promise.all([
      import('../access/recover-admin.ts'),
      login === undefined ? chooseAdmin(database.db) : checkLogin(login),
      partsOf(database.db),
    ]);
    const { link, ...recovered } = await recoverAdmin(parts, wanted);
    const url = `${config.publicUrl ?? `http://127.0.0.1:${config.port}`}/invitation#${link.token}`;
    const until = link.expiresAt.toISOString();
    if (given.json) shell.print(JSON.stringify({ ...recovered, url, expiresAt: until }));
    else {
      shell.print(`${recovered.login} sets a new password here, once, until ${until}:`);
      shell.print(`  ${url}`);
      if (recovered.made) shell.print('The account was made, and manages the whole installation.');
      if (recovered.sessionsEnded > 0) shell.print(`Signed out: ${recovered.sessionsEnded}.`);
    }
    return EXIT.done;
  } finally {
    await database.close();
  }
}

type Db = Awaited<ReturnType<typeof import('../database/connect.ts')['openDatabase']>>['db'];

/** The one door, without a doorbell: servers that run beside find the change within two seconds. */
async function partsOf(db: Db) {
  const [{ commitChange }, { LocalDoorbell }, { systemClock }, { findInstallationProject }] = await Promise.all([
    import('../changes/commit-change.ts'),
    import('../changes/local-doorbell.ts'),
    import('../platform/clock.ts'),
    import('../access/access-store.ts'),
  ]);
  const door = {
    ...{ db, clock: systemClock, doorbell: new LocalDoorbell(), checks: [] },
    settleFirst: async () => undefined,
    readRuleset: async () => Promise.reject(new Error('an account is in no ruleset')),
  };
  const commit: import('../access/commit.ts').CommitAccess = (order, write) => commitChange(door, order, write);
  return { db, commit, installationProject: () => findInstallationProject(db) };
}

async function chooseAdmin(db: Db): Promise<string> {
  const { findOnlyAdmin } = await import('../access/recover-admin.ts');
  const only = await findOnlyAdmin({ db });
  if (only !== undefined) return only;
  throw new UsageFault('There are several administrators. Say which: turnout admin recover <login>');
}

async function checkLogin(login: string): Promise<string> {
  const { newLogin } = await import('../access/person-contract.ts');
  const read = newLogin.safeParse(login);
  if (read.success) return read.data;
  throw new UsageFault(`${login}: expected ${read.error.issues[0]?.message}.`);
}

export const adminCommand: Command = {
  name: 'admin',
  words: ['<recover>', '[login]'],
  summary: 'Get back in where nobody can sign in any more',
  teaching:
    'It is run on the machine, with the database itself: it asks no server and no password. It prints a link, good for ' +
    'an hour, with which an administrator of the installation sets a new password; the account is made where there is ' +
    'none, and enabled where it was disabled. Whoever is signed in with it is signed out. Without a login it takes the ' +
    'only administrator.\n\n' +
    'It reads DATABASE_URL, beside servers that run; or DATA_DIR for the embedded database, whose server must be ' +
    'stopped. The log tells of it.',
  examples: ['turnout admin recover', 'DATABASE_URL=postgres://turnout@db/turnout turnout admin recover ada'],
  options: ['json', 'help'],
  run: recover,
};
