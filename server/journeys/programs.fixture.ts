import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Plugin, rolldown } from 'rolldown';
import { onceARun } from './once-a-run.fixture.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** What tests start as processes of their own. */
const PROGRAMS = {
  server: 'server/main.ts',
  turnout: 'server/cli/turnout.ts',
  apps: 'server/journeys/app-process.fixture.ts',
  shop: 'server/journeys/shop-process.fixture.ts',
};

/**
 * The file of a program in one piece, made of the sources once for all test files. As `npm start` runs it, each of some
 * hundred processes would read and translate a thousand files first: three seconds of a core, and of the tests' time.
 * start-and-end.e2e.test.ts and run-server.e2e.test.ts start the server as `npm start` does.
 */
export async function programFile(name: keyof typeof PROGRAMS): Promise<string> {
  return join(await onceARun('programs', buildPrograms), `${name}.js`);
}

async function buildPrograms(folder: string): Promise<void> {
  const build = await rolldown({
    input: Object.fromEntries(Object.entries(PROGRAMS).map(([name, path]) => [name, join(REPOSITORY, path)])),
    platform: 'node',
    external: (id) => !/^(\.|\/|@turnout\/)/.test(id),
    resolve: { conditionNames: ['turnout-src', 'node', 'import', 'module', 'default'] },
    plugins: [whereItWasWritten],
    logLevel: 'warn',
  });
  await build.write({ dir: folder, format: 'es', entryFileNames: '[name].js' });
  await build.close();
}

/** Each module goes on finding what lies beside its source. */
const whereItWasWritten: Plugin = {
  name: 'where-it-was-written',
  transform(code, id) {
    if (!code.includes('import.meta.')) return null;
    return code
      .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
      .replaceAll('import.meta.dirname', JSON.stringify(join(id, '..')))
      .replaceAll('import.meta.filename', JSON.stringify(id));
  },
};
