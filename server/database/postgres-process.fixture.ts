// A Postgres of one's own as a process, for whoever may not import this room: tells its parent the address, crashes and
// starts it when told to, runs a statement when given one, and ends with its parent.
import postgres from 'postgres';
import { startPrivatePostgres } from './private-postgres.ts';

const reasons: string[] = [];
const own = await startPrivatePostgres(reasons);
process.send?.(own === undefined ? { reasons } : { url: own.url });
process.on('message', (order: 'crash' | 'start' | { sql: string }) => {
  if (typeof order === 'object') void ask(order.sql).then((rows) => process.send?.({ rows }));
  else void own?.[order]().then(() => process.send?.({ done: order }));
});
async function ask(text: string): Promise<unknown[]> {
  const sql = postgres(own?.url ?? '', { max: 1, onnotice: () => undefined });
  try {
    return [...(await sql.unsafe(text))];
  } finally {
    await sql.end();
  }
}
const end = () => void (own?.stop() ?? Promise.resolve()).then(() => process.exit(0));
process.once('disconnect', end);
process.once('SIGTERM', end);
