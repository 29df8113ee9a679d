import { type PrivatePostgres, startPrivatePostgres } from './private-postgres.ts';

/** What only the fall of a machine would need: nobody wants this database back after that. */
const NOT_DURABLE = ['fsync=off', 'full_page_writes=off'];

/**
 * Runs once before all tests: where no TEST_DATABASE_URL is given, a Postgres of our own is started. Where none can
 * start, the tests run on the embedded database alone and say so; in CI that is a failure.
 */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TEST_DATABASE_URL) return undefined;
  const reasons: string[] = [];
  const own: PrivatePostgres | undefined = await startPrivatePostgres(reasons, NOT_DURABLE);
  if (own === undefined) {
    const why = `No Postgres could be started:\n  ${reasons.join('\n  ')}`;
    if (process.env.CI === 'true') throw new Error(why);
    console.warn(`${why}\nTests that need a real Postgres are skipped; the others run on the embedded database.`);
    return undefined;
  }
  process.env.TEST_DATABASE_URL = own.url;
  return () => own.stop();
}
