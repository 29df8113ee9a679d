// A Postgres of one's own as a process, for whoever may not import this room: tells its parent the address, crashes and
// starts it when told to, and ends with its parent.
import { startPrivatePostgres } from './private-postgres.ts';

const reasons: string[] = [];
const own = await startPrivatePostgres(reasons);
process.send?.(own === undefined ? { reasons } : { url: own.url });
process.on('message', (order: 'crash' | 'start') => {
  void own?.[order]().then(() => process.send?.({ done: order }));
});
const end = () => void (own?.stop() ?? Promise.resolve()).then(() => process.exit(0));
process.once('disconnect', end);
process.once('SIGTERM', end);
