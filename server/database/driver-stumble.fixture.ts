import { sql } from 'drizzle-orm';
import { isDriverStumble } from './driver-stumble.ts';
import { openPostgres } from './postgres.ts';

/**
 * A process whose connection is ended by the database between two statements of a transaction: what a crash of it does.
 * Says `stumbled` for each error that nobody could catch, and `well` once queries are answered again.
 */
process.on('uncaughtException', (error) => {
  if (isDriverStumble(error)) process.stdout.write('stumbled\n');
  else {
    process.stdout.write(`broke: ${error.stack}\n`);
    process.exit(1);
  }
});

const url = process.argv[2] ?? '';
const { db, close } = openPostgres(url);
const other = openPostgres(url);
const pause = () => new Promise((resolve) => setTimeout(resolve, 200));
/** So that the other connection is there before the one that it ends. */
await other.db.execute(sql`SELECT 1`);

const broken = db.transaction(async (tx) => {
  const [own] = (await tx.execute(sql`SELECT pg_backend_pid() AS pid`)) as unknown as { pid: number }[];
  await other.db.execute(sql`SELECT pg_terminate_backend(${own?.pid})`);
  await pause();
  // Whoever made the change knows nothing of the close yet, and goes on.
  await tx.execute(sql`SELECT 1`);
});
process.stdout.write(
  await broken.then(
    () => 'committed\n',
    () => 'refused\n',
  ),
);
await pause();
for (let asked = 0; asked < 10; asked++) await db.execute(sql`SELECT 1`);
process.stdout.write('well\n');
await Promise.all([close(), other.close()]);
process.exit(0);
